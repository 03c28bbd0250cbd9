#!/usr/bin/env bash
# Makes the sample film again, byte for byte, from ffmpeg's own test sources: colour bars, a box that crosses the
# picture every 6 s, the timecode and a beep each second. Needs ffmpeg and DejaVu (tools/setup-clients.sh);
# serving the film needs neither. With a folder as argument it writes there.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
out=${1:-$here}
font=/usr/share/fonts/truetype/dejavu/DejaVuSansMono-Bold.ttf

# rendition WIDTH HEIGHT QUALITY: 24 s, 25 pictures a second, a key picture every 2 s and nowhere else.
rendition() {
  local width=$1 height=$2 quality=$3
  local text="drawtext=fontfile=$font:fontcolor=white:box=1:boxcolor=black:boxborderw=$((height / 45)):x=(w-tw)/2"
  ffmpeg -nostdin -loglevel error -y -bitexact \
    -f lavfi -i "smptehdbars=size=${width}x${height}:rate=25:duration=24" \
    -f lavfi -i "color=white:size=$((height / 9))x$((height / 9)):rate=25:duration=24" \
    -f lavfi -i "aevalsrc=0.4*sin(880*2*PI*t)*lt(mod(t\,1)\,0.1):sample_rate=48000:duration=24" \
    -filter_complex "[0][1]overlay=x='(W-w)*abs(mod(t\,6)/3-1)':y='H*0.62'[box];[box]$text:fontsize=$((height / 8)):y=h*0.3:timecode='00\:00\:00\:00':rate=25,$text:fontsize=$((height / 16)):y=h*0.48:text='${height}p'[picture]" \
    -map '[picture]' -map 2:a \
    -c:v libx264 -threads 1 -preset veryslow -profile:v high -pix_fmt yuv420p -crf "$quality" \
    -g 50 -keyint_min 50 -sc_threshold 0 \
    -c:a aac -b:a 16k -ac 1 \
    -map_metadata -1 -fflags +bitexact -flags:v +bitexact -flags:a +bitexact -movflags +faststart \
    "$out/sample-${height}p.mp4"
}

rendition 640 360 27
rendition 320 180 30
