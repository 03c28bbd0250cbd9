/**
 * Draws `site/film/wire.webm` and its poster: our own animation, under this repository's licence. Chromium draws and
 * encodes (WebCodecs, VP9), `webm.ts` writes the file. Run:
 * `npx tsx apps/web-server/test/make/film.ts`.
 */
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import { webm } from "./webm.ts";

const WIDTH = 640;
const HEIGHT = 270;
const FRAMES_A_SECOND = 20;
const SECONDS = 12;
/** Seconds between two key frames: where a player may land. */
const KEY = 2;

interface Encoded {
  readonly at: number;
  readonly key: boolean;
  readonly base64: string;
}

/** Runs in the page: it refers to nothing outside itself. */
const source = `async ({ width, height, rate, seconds, key }) => {
  const canvas = new OffscreenCanvas(width, height);
  const c = canvas.getContext("2d");
  const box = (x, y, w, h, r, fill, stroke) => {
    c.beginPath(); c.roundRect(x, y, w, h, r);
    if (fill) { c.fillStyle = fill; c.fill(); }
    if (stroke) { c.strokeStyle = stroke; c.lineWidth = 2; c.stroke(); }
  };
  const words = (text, x, y, size, fill, align = "center", weight = 500) => {
    c.font = weight + " " + size + "px DejaVu Sans Mono, monospace"; c.textAlign = align; c.textBaseline = "middle";
    c.fillStyle = fill; c.fillText(text, x, y);
  };
  const HOME = 118, FAR = 522, WIRE = 132;
  // [begin, way, label, colour, below the wire?]
  const packets = [
    [0.4, 1, "SYN", "#9aa7b6"], [1.1, -1, "SYN ACK", "#9aa7b6"], [1.8, 1, "ACK", "#9aa7b6"],
    [2.6, 1, "GET /film", "#7fabff"],
    [3.6, -1, "206  1", "#5fd08c"], [4.2, -1, "2", "#5fd08c"], [4.8, -1, "3", "#5fd08c"], [5.4, -1, "4", "#5fd08c"],
    [4.6, 1, "ACK", "#9aa7b6", true], [5.8, 1, "ACK", "#9aa7b6", true],
    [6.8, 1, "GET /next", "#7fabff"], [7.8, -1, "200", "#5fd08c"], [8.8, 1, "ACK", "#9aa7b6", true],
    [9.6, 1, "FIN", "#f5a65b"], [10.3, -1, "FIN ACK", "#f5a65b"], [11, 1, "ACK", "#f5a65b"],
  ];
  const lines = [
    [0, "A connection begins with three segments."], [2.5, "One question."], [3.5, "The answer comes in pieces, each acknowledged."],
    [6.7, "The same socket again: no handshake this time."], [9.5, "Each side says when it has nothing more to say."],
  ];
  const draw = (t) => {
    c.fillStyle = "#0e1116"; c.fillRect(0, 0, width, height);
    const open = t > 2.3 && t < 10.9;
    c.strokeStyle = open ? "#5fd08c" : "#2a323d"; c.lineWidth = 3; c.setLineDash(open ? [] : [5, 6]);
    c.beginPath(); c.moveTo(HOME, WIRE); c.lineTo(FAR, WIRE); c.stroke(); c.setLineDash([]);
    box(22, 82, 96, 100, 14, "#151a21", "#7fabff");
    box(34, 96, 72, 48, 5, "#1c2b4a"); box(40, 102, 30, 5, 2, "#7fabff"); box(40, 112, 58, 4, 2, "#4b5868"); box(40, 121, 46, 4, 2, "#4b5868");
    words("browser", 70, 163, 13, "#e7ecf2");
    box(522, 82, 96, 100, 14, "#151a21", "#5fd08c");
    for (let i = 0; i < 3; i += 1) { box(534, 94 + i * 18, 72, 13, 4, "#14472b"); c.fillStyle = (Math.floor(t * 5) + i) % 3 === 0 ? "#5fd08c" : "#2a523d"; c.beginPath(); c.arc(598, 100.5 + i * 18, 3, 0, 7); c.fill(); }
    words("server", 570, 163, 13, "#e7ecf2");
    words(":51702", 70, 198, 12, "#93a0af"); words(":8080", 570, 198, 12, "#93a0af");
    for (const [begin, way, label, colour, below] of packets) {
      const p = (t - begin) / 0.9;
      if (p < 0 || p > 1) continue;
      const e = p * p * (3 - 2 * p);
      const w = 22 + label.length * 8.4, from = way > 0 ? HOME + w / 2 : FAR - w / 2, to = way > 0 ? FAR - w / 2 : HOME + w / 2;
      const x = from + (to - from) * e, y = WIRE + (below ? 24 : way > 0 ? -16 : 0) - (below ? 0 : way > 0 ? 0 : 0);
      c.globalAlpha = Math.min(1, p * 8, (1 - p) * 8);
      box(x - w / 2, y - 11, w, 22, 6, colour); words(label, x, y + 1, 13, "#0b1220", "center", 700);
      c.globalAlpha = 1;
    }
    const said = lines.findLast(([at]) => t >= at);
    if (said) words(said[1], 320, 238, 14, "#a9b5c3");
    words("one socket at each end, one connection between them", 320, 36, 14, "#93a0af");
  };
  const out = [];
  const base64 = (octets) => { let text = ""; for (const o of octets) text += String.fromCharCode(o); return btoa(text); };
  let failed;
  const encoder = new VideoEncoder({
    output(chunk) { const octets = new Uint8Array(chunk.byteLength); chunk.copyTo(octets); out.push({ at: Math.round(chunk.timestamp / 1000), key: chunk.type === "key", base64: base64(octets) }); },
    error(error) { failed = error; },
  });
  encoder.configure({ codec: "vp09.00.21.08", width, height, bitrate: 140_000, framerate: rate, latencyMode: "quality" });
  for (let i = 0; i < seconds * rate; i += 1) {
    draw(i / rate);
    const frame = new VideoFrame(canvas, { timestamp: (i / rate) * 1e6, duration: 1e6 / rate });
    encoder.encode(frame, { keyFrame: i % (key * rate) === 0 });
    frame.close();
    while (encoder.encodeQueueSize > 4) await new Promise((r) => setTimeout(r, 5));
  }
  await encoder.flush();
  if (failed) throw failed;
  draw(4.7);
  const poster = await canvas.convertToBlob({ type: "image/webp", quality: 0.9 });
  return { frames: out, poster: base64(new Uint8Array(await poster.arrayBuffer())) };
}`;

const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox"] });
try {
  const page = await browser.newPage();
  // WebCodecs is for secure contexts; this address is answered here and reaches no network.
  await page.route("https://film.invalid/", (route) => route.fulfill({ contentType: "text/html", body: "" }));
  await page.goto("https://film.invalid/");
  const options = { width: WIDTH, height: HEIGHT, rate: FRAMES_A_SECOND, seconds: SECONDS, key: KEY };
  const { frames, poster } = await page.evaluate<{ frames: Encoded[]; poster: string }>(
    `(${source})(${JSON.stringify(options)})`,
  );
  const file = webm(
    frames.map(({ at, key, base64 }) => ({ at, key, octets: Buffer.from(base64, "base64") })),
    WIDTH,
    HEIGHT,
    SECONDS * 1000,
  );
  const folder = fileURLToPath(new URL("../../site/film/", import.meta.url));
  writeFileSync(`${folder}wire.webm`, file);
  writeFileSync(`${folder}poster.webp`, Buffer.from(poster, "base64"));
  console.log(`${frames.length} frames, ${file.length} bytes`);
} finally {
  await browser.close();
}
