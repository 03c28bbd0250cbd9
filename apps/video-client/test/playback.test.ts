import { describe, expect, it } from "vitest";
import { Playback, type Reading } from "../src/playback.ts";
import { plot } from "../src/plot.ts";
import { sentence, together } from "../src/report.ts";

const reading = (playback: Playback, now: number, wall = now): Reading => playback.reading(now, wall);

describe("a player without a picture", () => {
  it("starts when there is enough, plays by the clock, and stands still when nothing is left", () => {
    const playback = new Playback(0);
    playback.film(0.4, 0);
    expect(playback.started).toBe(false);
    playback.film(1.6, 1000);
    expect(reading(playback, 2000)).toMatchObject({ buffer: 1, stalls: 0, stalled: 0 });
    expect(reading(playback, 3000)).toMatchObject({ buffer: 0, stalls: 0 });
    expect(reading(playback, 3500)).toMatchObject({ buffer: 0, stalls: 1, stalled: 0.5 });
    // Not enough to go on.
    playback.film(0.2, 4000);
    expect(reading(playback, 4000)).toMatchObject({ buffer: 0.2, stalls: 1, stalled: 1 });
    playback.film(2, 5000);
    expect(reading(playback, 6000)).toMatchObject({ buffer: 1.2, stalls: 1, stalled: 2 });
    playback.end(6000);
    expect(reading(playback, 60_000)).toMatchObject({ buffer: 0, stalls: 1, stalled: 2 });
  });

  it("knows how late it is where somebody says when that was", () => {
    const playback = new Playback(0);
    expect(reading(playback, 0).latency).toBeUndefined();
    playback.film(2, 0, 100_000);
    // Shown at second 0 is what was taken at 100 s; the wall shows 103 s.
    expect(reading(playback, 0, 103_000).latency).toBe(3);
    expect(reading(playback, 1000, 104_000).latency).toBe(3);
    // A second of standing still is a second later.
    expect(reading(playback, 3000, 106_000).latency).toBe(4);
    playback.film(2, 3000, 102_000);
    expect(reading(playback, 4000, 107_000).latency).toBe(4);
  });

  it("leaves out what is fetched only for the decoder", () => {
    const playback = new Playback(0);
    playback.skip(1);
    playback.film(1.4, 0, 100_000);
    expect(playback.started).toBe(false);
    playback.film(0.4, 0);
    expect(reading(playback, 0, 102_000)).toMatchObject({ buffer: 0.8, latency: 1 });
  });

  it("counts octets into a rate since the reading before", () => {
    const playback = new Playback(0);
    playback.came(1000);
    expect(reading(playback, 2000)).toMatchObject({ octets: 1000, rate: 4000, buffer: undefined });
    expect(reading(playback, 3000).rate).toBe(0);
  });
});

describe("what is told", () => {
  const one = {
    time: 10,
    octets: 2_000_000,
    rate: 8_000_000,
    buffer: 3,
    stalls: 1,
    stalled: 0.5,
    latency: 2,
    rendition: "360p",
    changes: 1,
  };
  const other = { ...one, buffer: 1, stalls: 0, stalled: 0, latency: 4, rendition: "180p", changes: 2 };

  it("is of several the sum, the least buffer, the greatest latency", () => {
    const moment = together([one, other], [], 2);
    expect(moment).toMatchObject({
      viewers: 2,
      time: 10,
      octets: 4_000_000,
      rate: 16_000_000,
      buffer: 1,
      latency: 4,
    });
    expect(sentence(moment)).toBe(
      "2 viewers  10 s  4.0 MB  16.00 Mbit/s  buffer 1.0 s  1 stall (0.5 s)  latency 4.00 s  360p, 180p (3 changes)  2 missed",
    );
  });

  it("is what was not as it was sent: sums, the greatest jitter, nothing where nothing is known", () => {
    const plain = { lost: undefined, jitter: undefined, continuity: 1, damage: 2, foreign: 0, dropped: 0 };
    const rtp = { ...plain, lost: 3, reordered: 4, discarded: 5, jitter: 1.25 };
    const both = together([one], [plain, rtp, { ...rtp, jitter: 2.0004, dropped: 7 }], 0);
    expect(both).toMatchObject({ lost: 6, reordered: 8, jitter: 2, continuity: 3, damage: 6, dropped: 7 });
    expect(sentence(both)).toMatch(
      / 6 lost {2}8 reordered {2}10 too late or twice {2}jitter 2\.0 ms {2}3 gaps in the stream {2}6 damaged {2}7 dropped$/,
    );
    const alone = together([one], [plain], 0);
    expect([alone.lost, alone.jitter]).toEqual([undefined, undefined]);
    expect(sentence(alone)).toMatch(/ {2}1 gap in the stream {2}2 damaged$/);
  });

  it("is drawn: a line for what is known", () => {
    const moments = [10, 20].map((time) => together([{ ...one, time, latency: undefined }], [], 0));
    const svg = plot(moments, 'a <b> & "c"');
    expect(svg).toMatch(/^<svg [^>]*xmlns="http:\/\/www\.w3\.org\/2000\/svg"/);
    expect(svg).toContain("a &lt;b> &amp; &quot;c&quot;");
    expect(svg.match(/<polyline/g)).toHaveLength(3);
    expect(svg).not.toContain("latency");
    expect(svg).not.toContain("NaN");
  });
});
