#!/usr/bin/env bash
# Installs, on Debian and as root, the programs that our tests talk to and that we did not write.
# The README's commands do not need them: a missing one is a named skip for a user, and a failure in CI.
set -euo pipefail

packages=(
  curl wget openssl ca-certificates python3      # everyday clients; python3 sets socket options that Node cannot
  chromium firefox-esr libnss3-tools             # browsers; certutil makes them trust the local authority
  haproxy nginx-light caddy                      # the proxy we stand behind; the servers our client and bench meet
  wrk                                            # load
  swaks libnet-ssleay-perl msmtp s-nail mutt     # mail programs; python3 has smtplib and poplib
  neomutt fetchmail bsdutils                     # more of them; `script` is a terminal for those that want one
  dovecot-pop3d                                  # the POP3 server that our client meets
  ffmpeg                                         # makes the sample film, reads and publishes streams
  vlc-bin vlc-plugin-base mpv                    # players; VLC refuses to run as root
  postfix                                        # the next hop and the hop before; smtp-source, smtp-sink
  lftp tnftp ncftp                               # FTP programs; curl, wget and python3 speak it too
  thunderbird xvfb xdotool                       # a mail program with a window, and a screen for it
  filezilla                                      # an FTP and SFTP program with a window
  openssh-client lftp rclone python3-paramiko    # clients of SFTP; lftp speaks FTP as well
  sshfs                                          # a folder of ours mounted, where FUSE may be had
  python3-pyftpdlib python3-openssl libwrap0     # FTP servers; the last is what vsftpd, below, needs
  openssh-server                                 # and one of SFTP
  e2fsprogs                                      # file systems that lose their power
  iproute2 procps                                # network namespaces, ss
  tshark tcpdump                                 # read the captures that the inspector writes, and make those it reads
  fonts-dejavu-core                              # screenshots look alike on every machine
)

# These conflict with each other: they are not installed but unpacked, each into a folder of its own.
unpacked=(vsftpd)
shelf=/usr/local/lib/socketscope

missing=()
for package in "${packages[@]}"; do
  dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' || missing+=("$package")
done
for package in "${unpacked[@]}"; do
  [ -d "$shelf/$package" ] || missing+=("$package")
done
if [ ${#missing[@]} -eq 0 ]; then
  echo "setup-clients: all $((${#packages[@]} + ${#unpacked[@]})) packages are here"
  exit 0
fi
if [ "$(id -u)" != 0 ]; then
  echo "setup-clients: run me as root, or install yourself: ${missing[*]}" >&2
  exit 1
fi
export DEBIAN_FRONTEND=noninteractive
# No package may start a service of its own: our tests own every port they use.
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
  printf '#!/bin/sh\nexit 101\n' > "$policy"
  chmod 755 "$policy"
  trap 'rm -f "$policy"' EXIT
fi
apt-get update -qq
for package in "${unpacked[@]}"; do
  [ -d "$shelf/$package" ] && continue
  # All or nothing: a folder that is there is whole.
  fetched=$(mktemp -d)
  chmod 755 "$fetched"
  (cd "$fetched" && apt-get download -qq "$package" 2> /dev/null && dpkg -x ./*.deb root)
  mkdir -p "$shelf"
  mv "$fetched/root" "$shelf/$package"
  rm -rf "$fetched"
done
install=()
for package in "${missing[@]}"; do
  [[ " ${unpacked[*]} " == *" $package "* ]] || install+=("$package")
done
[ ${#install[@]} -eq 0 ] || apt-get install -y -qq --no-install-recommends "${install[@]}" > /dev/null
echo "setup-clients: installed ${missing[*]}"
