/** The page in real browsers: films play, jumps land, nothing stalls. */
import { realClient } from "@socketscope/testkit";
import { openChromium, openFirefox, type Browser } from "@socketscope/testkit/browsers";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { serving, type Serving } from "./serving.ts";
import { problems, until } from "./watching.ts";

/**
 * Seconds that each way plays, a film with five jumps. `PLAY_SECONDS=60 npx vitest run --project video-streamer players`
 * is the long form: no stall then, of a channel neither, which may stand still on a machine that has much else to do.
 */
const SECONDS = Number(process.env["PLAY_SECONDS"] ?? 2);
const LONG = SECONDS >= 60;

// Seconds that are watched are seconds that pass, and more where a machine has much else to do.
vi.setConfig({ testTimeout: 400_000 });

/** What is on the screen, as a text. */
const PICTURE = `(() => { const c = document.createElement("canvas"); c.width = 640; c.height = 360; const x = c.getContext("2d"); x.drawImage(screen.video, 0, 0, 640, 360); const d = x.getImageData(0, 0, 640, 360).data; let h = ""; for (let i = 0; i < d.length; i += 4 * 640 * 6) for (let j = 0; j < 640; j += 8) h += String.fromCharCode(256 + d[i + 4 * j]); return h; })()`;

/** Remembers where the picture stood still: what is there, and how far behind the channel's clock it is. */
const WATCH = `(globalThis.waits = [], screen.video.addEventListener("waiting", () => { const { buffered, currentTime: at, seeking } = screen.video; const there = [...Array(buffered.length)].map((_, i) => buffered.start(i).toFixed(2) + "-" + buffered.end(i).toFixed(2)); waits.push([at.toFixed(2), "of", ...there, "behind", screen.behind?.toFixed(2), "counted", screen.stalls, seeking].join(" ")); }), true)`;

/** Counts the updates of hls.js that leave out segments. */
const DELTAS = `(globalThis.deltas = { skipped: 0, failed: false }, screen.hls?.on("hlsLevelLoaded", (_event, { details }) => { if (details.skippedSegments > 0) deltas.skipped++; }), screen.hls?.on("hlsLevelUpdated", (_event, { details }) => { deltas.failed ||= details.deltaUpdateFailed === true; }), true)`;

const BROWSERS = [
  ["chromium", openChromium],
  ["firefox-esr", openFirefox],
] as const;

describe.each(BROWSERS)("the player in %s", (program, open) => {
  realClient(program).describe("with films and a channel", () => {
    let browser: Browser;
    let site: Serving;
    const pictures: string[] = [];
    beforeAll(async () => {
      // Long enough for hls.js to be sent updates without what it knows.
      site = await serving({ window: 20 });
      browser = await open();
    });
    afterAll(async () => {
      await browser[Symbol.asyncDispose]();
      await site[Symbol.asyncDispose]();
    });

    it.each(["progressive", "hls"])("plays one by %s, and lands where it is sent", async (delivery) => {
      await using page = await browser.newPage();
      await page.goto(`${site.origin}/#film=sample&by=${delivery}`);
      await until(page, "screen.show !== undefined");
      await page.evaluate("(screen.video.muted = true, screen.play(), true)");
      // Of two sizes the player takes what the machine can bear; the pictures are to be compared.
      await page.evaluate("(screen.hls && (screen.hls.loadLevel = screen.hls.levels.length - 1), true)");
      await until(page, "screen.video.currentTime > 1 && screen.video.videoWidth === 640");
      for (const at of LONG ? [11.2, 3.1, 10.5, 0, 9.04] : [17.2, 3.1, 20.5, 9.04, 12]) {
        await page.evaluate(`(screen.video.currentTime = ${at}, true)`);
        await until(page, `!screen.video.seeking && screen.video.currentTime > ${at} + ${SECONDS / 5}`);
      }
      await page.evaluate("(screen.video.pause(), true)");
      // The same picture at the same time, however it came.
      await page.evaluate("(screen.video.currentTime = 14.42, true)");
      await until(page, "!screen.video.seeking && screen.video.readyState >= 2");
      pictures.push(String(await page.evaluate(PICTURE)));
      await page.evaluate("(screen.video.currentTime = 22.5, screen.video.play(), true)");
      await until(page, "screen.video.ended");
      expect(await page.evaluate("screen.stalls")).toBe(0);
      expect(Number(await page.evaluate("screen.video.duration"))).toBeCloseTo(24, 1);
      expect(problems(page)).toEqual([]);
      expect(site.errors).toEqual([]);
    });

    it("counts a stall once, however often it is told of", async () => {
      await using page = await browser.newPage();
      await page.goto(`${site.origin}/`);
      await until(page, "screen.stalls === 0");
      const told = [
        "waiting",
        "playing",
        "waiting",
        "waiting",
        "playing",
        "seeking",
        "waiting",
        "playing",
        "waiting",
      ];
      const counts = await page.evaluate(
        `${JSON.stringify(told)}.map((name) => (screen.video.dispatchEvent(new Event(name)), screen.stalls)).join()`,
      );
      expect(counts).toBe("0,0,1,1,1,1,1,1,2");
    });

    it("showed the same picture at the same time, however it came", () => {
      const [one = "", other = ""] = pictures;
      const tone = (text: string, i: number): number => text.codePointAt(i) ?? 0;
      const differing = [...one].filter((_tone, i) => Math.abs(tone(one, i) - tone(other, i)) > 40).length;
      // A tone may be rounded another way; a picture 40 ms off has its box and its timecode elsewhere.
      expect(one.length).toBeGreaterThan(1000);
      expect(differing).toBeLessThan(one.length / 200);
    });

    // Side by side: each waits for 26 s to pass, and hardly anything else. In the long form three pictures would be too
    // much for two cores to decode in time.
    it.each(["hls", "low-latency", "chunked"])(
      "plays the channel by %s, over a turn, and jumps back in it",
      { concurrent: !LONG },
      async (delivery) => {
        await using page = await browser.newPage();
        await page.goto(`${site.origin}/#channel=demo&by=${delivery}`);
        await until(page, "screen.show !== undefined");
        await page.evaluate("(screen.video.muted = true, screen.play(), true)");
        await until(
          page,
          "screen.video.currentTime > 0 && screen.video.readyState >= 3 && !screen.video.paused",
        );
        // Not before: hls.js is there once there is something to play.
        await page.evaluate(DELTAS);
        await page.evaluate(WATCH);
        await page.evaluate("(screen.stalls = 0, globalThis.from = screen.video.currentTime, true)");
        // A turn is 24 s: in 26 s there is one at least.
        await until(page, "screen.video.currentTime > from + 26");
        // What never ends is one response: there is nothing to go back to.
        for (const back of delivery === "chunked" ? [] : [3, 8, 1, 5, 2]) {
          await page.evaluate(`(globalThis.from = screen.video.currentTime -= ${back}, true)`);
          await until(page, `!screen.video.seeking && screen.video.currentTime > from + ${SECONDS / 5}`);
        }
        if (LONG) expect(await page.evaluate("JSON.stringify([screen.stalls, ...waits])")).toMatch(/^\[0\b/);
        // Each update was understood: otherwise hls.js asks for the whole again.
        if (delivery === "low-latency")
          expect(await page.evaluate("deltas.skipped > 10 && !deltas.failed")).toBe(true);
        expect(problems(page)).toEqual([]);
        expect(site.errors).toEqual([]);
      },
    );
  });
});
