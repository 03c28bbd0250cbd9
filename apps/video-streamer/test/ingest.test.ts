/** Publishing by HTTP: what ffmpeg sends is a channel in every output; what cannot be shown is refused with the reason. */
import { readFileSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { join } from "node:path";
import { parsePlaylist, type MediaPlaylist } from "@socketscope/media";
import { realClient, run, TemporaryFolder } from "@socketscope/testkit";
import { afterAll, describe, expect, it } from "vitest";
import { FilmShelf } from "../src/films/shelf.ts";
import { IngestDesk } from "../src/ingest/desk.ts";
import { Channels } from "../src/live/channels.ts";
import { SAMPLE_FOLDER } from "../src/sample-folder.ts";
import { TestClock } from "./clock.ts";
import { frames, make, times } from "./ffmpeg.ts";
import { ENGINES, serving, type Serving } from "./serving.ts";

const SAMPLE = join(SAMPLE_FOLDER, "sample-180p.mp4");
const MP4 = ["-f", "mp4", "-movflags", "frag_keyframe+empty_moov+default_base_moof"];

/** A publication that is written piece by piece. */
class Publisher {
  readonly answered: Promise<{ status: number; text: string }>;
  readonly #request;
  #sent: Promise<void> = Promise.resolve();

  constructor(site: Serving, name: string, headers: Record<string, string> = {}) {
    const sending = request(`${site.origin}/ingest/${name}`, { method: "PUT", headers });
    sending.on("error", () => undefined);
    this.#request = sending;
    this.answered = new Promise((resolve, reject) => {
      sending.on("response", (response) => {
        let text = "";
        response.setEncoding("utf8").on("data", (piece: string) => (text += piece));
        response.on("end", () => resolve({ status: response.statusCode ?? 0, text }));
      });
      sending.on("close", () => reject(new Error("closed")));
    });
    this.answered.catch(() => undefined);
  }

  send(octets: Uint8Array): void {
    this.#sent = new Promise((resolve) => void this.#request.write(octets, () => resolve()));
  }

  end(): Promise<{ status: number; text: string }> {
    this.#request.end();
    return this.answered;
  }

  /** Once all that it sent has left: what the system has taken arrives, also when it has gone. */
  async vanish(): Promise<void> {
    await this.#sent;
    this.#request.destroy();
  }
}

async function listed(site: Serving, file: string): Promise<MediaPlaylist> {
  const found = parsePlaylist(await (await fetch(`${site.origin}/live/own/live/${file}`)).text());
  if (found.kind !== "media") throw new Error("a master playlist");
  return found;
}

async function until<Value>(look: () => Promise<Value | undefined | false>): Promise<Value> {
  for (;;) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    await new Promise((later) => setTimeout(later, 10));
  }
}

const client = realClient("ffmpeg", "ffprobe");
client.describe("publishing by HTTP", () => {
  const folder = new TemporaryFolder();
  afterAll(() => folder[Symbol.dispose]());
  const stream = async (name: string, ...args: string[]): Promise<Buffer> => {
    const out = join(folder.path, name);
    await make(["-i", SAMPLE, ...args, ...MP4], out);
    return readFileSync(out);
  };

  it("appears in every output, frame by frame as it was sent", async () => {
    const begin = Date.UTC(2026, 0, 1);
    const clock = new TestClock(begin);
    await using site = await serving({ clock });
    const sent = await stream("six.mp4", "-t", "6", "-frames:v", "150", "-c", "copy");
    const publisher = new Publisher(site, "own");
    publisher.send(sent);
    const ended = publisher.end();
    // It came all at once, and is shown at its own pace.
    await until(async () =>
      (await fetch(`${site.origin}/api/shows`).then((shows) => shows.text())).includes('"own"'),
    );
    const live = listed(site, "video.m3u8");
    expect((await clock.turnUntil(live, 400, begin + 2800)).partTarget).toBeCloseTo(0.4, 5);
    // It is watched from its beginning: one segment is whole, and the clock stands still.
    const watching = await fetch(`${site.origin}/live/own.mp4`);
    const endless = watching.arrayBuffer();
    endless.catch(() => undefined);
    expect((await clock.turnUntil(ended, 400)).text).toBe("6.0 s in 3 segments were shown as own.\n");
    clock.turnOut(400);
    const { segments, targetDuration, ended: over } = await listed(site, "video-plain.m3u8");
    expect([segments.map(({ duration }) => Math.round(duration * 100)), targetDuration, over]).toEqual([
      [200, 200, 200],
      2,
      false,
    ]);
    const { segments: parted } = await listed(site, "video.m3u8");
    expect(parted.map(({ parts }) => parts.length)).toEqual([5, 5, 5]);
    const master = await (await fetch(`${site.origin}/live/own/master.m3u8`)).text();
    expect(master).toContain("RESOLUTION=320x180");
    expect(master).toMatch(/CODECS="avc1\.[0-9a-f]{6},mp4a\.40\.2"/);
    // Nobody comes back: it ends, and so does who watches the endless one.
    clock.turnTo(clock.now() + 31_000);
    expect((await listed(site, "video-plain.m3u8")).ended).toBe(true);
    const whole = join(folder.path, "endless.mp4");
    writeFileSync(whole, new Uint8Array(await endless));
    const source = join(folder.path, "six.mp4");
    for (const track of ["v", "a"] as const) {
      const expected = await frames(source, track);
      const plain = await frames(`${site.origin}/live/own/plain.m3u8`, track);
      // Sound before the first picture is left out, and the first frame of sound leans on what was before it.
      const alike = track === "v" ? 150 : 275;
      expect(expected.slice(-alike)).toEqual(plain.slice(-alike));
      expect(plain.length).toBeGreaterThanOrEqual(alike);
      expect((await frames(whole, track)).slice(-alike)).toEqual(plain.slice(-alike));
    }
    clock.turnTo(clock.now() + 31_000);
    expect((await fetch(`${site.origin}/live/own/plain.m3u8`)).status).toBe(404);
    expect(site.errors).toEqual([]);
  });

  it("goes on for its viewers when the publisher has gone and comes back, also with another size", async () => {
    const clock = new TestClock(Date.UTC(2026, 0, 1));
    await using site = await serving({ clock });
    const sent = await stream("four.mp4", "-t", "4", "-frames:v", "100", "-c", "copy");
    const small = await stream(
      "small.mp4",
      "-t",
      "4",
      "-frames:v",
      "100",
      "-vf",
      "scale=160:90",
      "-g",
      "50",
      "-c:a",
      "copy",
    );
    const publish = async (octets: Buffer): Promise<void> => {
      const publisher = new Publisher(site, "own");
      // Within its last fragment it is cut off.
      publisher.send(octets.subarray(0, octets.lastIndexOf("moof") + 100));
      await until(async () => site.studio.desk.list().some(({ by, going }) => going && by === "MP4 by HTTP"));
      await publisher.vanish();
      await until(async () => !site.studio.desk.list().some(({ going }) => going));
      for (let i = 0; i < 8; i++) clock.turnTo(clock.now() + 400);
    };
    await publish(sent);
    const watching = await fetch(`${site.origin}/live/own.mp4`);
    clock.turnTo(clock.now() + 5000);
    await publish(sent);
    await publish(small);
    const { segments, discontinuitySequence, ended } = await listed(site, "video-plain.m3u8");
    expect([discontinuitySequence, ended]).toEqual([0, false]);
    expect(segments.map(({ discontinuity }) => discontinuity)).toEqual([false, true, true]);
    expect(segments.map(({ map }) => map?.uri)).toEqual(["video-init-0.mp4", undefined, "video-init-1.mp4"]);
    // What was shown when: five seconds and more lie between the first two.
    const [first, second] = segments.map(({ programDateTime }) => programDateTime ?? 0);
    expect((second ?? 0) - (first ?? 0)).toBeGreaterThan(7000);
    // The endless one goes on with the same tracks, without a gap, and ends with others.
    const whole = join(folder.path, "twice.mp4");
    writeFileSync(whole, new Uint8Array(await watching.arrayBuffer()));
    const shown = await times(whole, "v");
    expect(shown).toHaveLength(100);
    for (const [i, time] of shown.entries()) expect(time - (shown[0] ?? 0)).toBeCloseTo(i / 25, 3);
    expect(site.errors).toEqual([]);
  });

  it("answers who waits for sound when a segment has ended without any", async () => {
    const clock = new TestClock(Date.UTC(2026, 0, 1));
    await using site = await serving({ clock });
    const quiet = ["-af", "atrim=0:3.9", "-c:a", "aac"];
    const publisher = new Publisher(site, "own");
    publisher.send(await stream("quiet.mp4", "-t", "8", "-frames:v", "200", "-c:v", "copy", ...quiet));
    const ended = publisher.end();
    await until(async () => site.studio.desk.list().some(({ by }) => by === "MP4 by HTTP"));
    // Behind the last part of segment 1 comes the first one of segment 2, which is silent.
    const reload = fetch(`${site.origin}/live/own/live/audio.m3u8?_HLS_msn=1&_HLS_part=9`);
    expect((await clock.turnUntil(reload, 400)).status).toBe(200);
    expect((await clock.turnUntil(ended, 400)).status).toBe(200);
  });

  describe.each(ENGINES)("refuses, engine %s", (_name, engine) => {
    const publish = async (
      site: Serving,
      octets: Uint8Array,
      path = "own",
      headers = {},
    ): Promise<string> => {
      const publisher = new Publisher(site, path, headers);
      publisher.send(octets);
      const { status, text } = await publisher.end();
      return `${status} ${text}`;
    };

    it("who does not know the key", async () => {
      const sent = await stream("two.mp4", "-t", "2", "-frames:v", "50", "-c", "copy");
      await using site = await serving({ ingestKey: "s3cret" }, engine);
      expect(await publish(site, sent)).toMatch(/^401 The key is missing or wrong/);
      expect(await publish(site, sent, "own?key=s3cre")).toMatch(/^401/);
      expect(await publish(site, sent, "own?key=s3cret")).toMatch(/^200/);
      expect(await publish(site, sent, "own", { Authorization: "Bearer s3cret" })).toMatch(/^200/);
    });

    it("names that are taken, or none", async () => {
      const sent = await stream("two.mp4", "-t", "2", "-frames:v", "50", "-c", "copy");
      await using site = await serving({ ingest: { publications: 1 } }, engine);
      expect(await publish(site, sent, "demo")).toMatch(/^409 The channel demo plays films/);
      expect(await publish(site, sent, "a%2fb")).toMatch(/^404/);
      const first = new Publisher(site, "own");
      first.send(sent.subarray(0, 10));
      await until(async () => site.studio.desk.list().some(({ going }) => going));
      expect(await publish(site, sent)).toMatch(/^409 own is being published from 127\.0\.0\.1:/);
      expect(await publish(site, sent, "other")).toMatch(/^503/);
      await first.vanish();
      await until(async () => !site.studio.desk.list().some(({ going }) => going));
      expect((await fetch(`${site.origin}/ingest/own`)).status).toBe(405);
    });

    it("what is no stream, too much, too slow, or not to be cut", async () => {
      const sent = await stream("two.mp4", "-t", "2", "-frames:v", "50", "-c", "copy");
      const rare = await stream("rare.mp4", "-vf", "scale=64:36", "-g", "1000", "-an");
      await using site = await serving({ ingest: { bitRate: 300_000, keyInterval: 10 } }, engine);
      await using hasty = await serving({ ingest: { silent: 0.2 } }, engine);
      const file = readFileSync(SAMPLE);
      expect(await publish(site, Buffer.from("hello\n"))).toMatch(/^415 Not taken: this is no stream/);
      expect(await publish(site, file)).toMatch(
        /^415 Not taken: this MP4 is no stream: send a fragmented one/,
      );
      expect(await publish(site, rare)).toMatch(
        /^422 Not taken: no key picture for 10 s: HLS cuts nowhere else/,
      );
      expect(site.studio.desk.list()[0]?.refused).toMatch(/no key picture/);
      const slow = new Publisher(hasty, "own");
      slow.send(sent.subarray(0, 100));
      expect(await slow.answered).toMatchObject({ status: 408 });
      for (const [ingest, words] of [
        [{ octets: 2 * sent.length }, /^413 .* octets/],
        [{ seconds: 3 }, /^413 .*more than 3 s/],
        [{ bitRate: 20_000 }, /^413 .*more than 20000 bits a second/],
      ] as const) {
        await using strict = await serving({ ingest }, engine);
        expect(await publish(strict, Buffer.concat([sent, sent, sent, sent]))).toMatch(words);
      }
      // And goes on.
      expect(await publish(site, sent)).toMatch(/^200/);
      expect([site.errors, hasty.errors]).toEqual([[], []]);
    });
  });

  it("takes MPEG-TS as well, and says what of it is left out", async () => {
    // ffmpeg reads the playlist until it says that nobody comes back.
    await using site = await serving({ fed: { absent: 3 } });
    const source = join(folder.path, "six.ts");
    const codecs = ["-frames:v", "150", "-t", "6", "-c:v", "copy", "-c:a:0", "copy", "-c:a:1", "mp2"];
    await make(
      ["-i", SAMPLE, "-map", "0:v", "-map", "0:a", "-map", "0:a", ...codecs, "-f", "mpegts"],
      source,
    );
    const publisher = new Publisher(site, "own");
    publisher.send(readFileSync(source));
    const { text } = await publisher.end();
    expect(text).toMatch(
      /^6\.0 s in 3 segments were shown as own\. For next time: .* is not read here, and left out\.\n$/,
    );
    expect(site.studio.desk.list()[0]?.by).toBe("MPEG-TS by HTTP");
    const segments = await until(async () => {
      const { segments: now } = await listed(site, "video-plain.m3u8");
      return now.length === 3 && now;
    });
    expect(segments.map(({ duration }) => Math.round(duration * 100))).toEqual([200, 200, 200]);
    const out = join(folder.path, "watched-ts.mp4");
    await make(
      ["-live_start_index", "0", "-i", `${site.origin}/live/own/plain.m3u8`, "-t", "5.9", "-c", "copy"],
      out,
    );
    const pictures = await frames(source, "v");
    const shown = await frames(out, "v");
    expect(shown).toEqual(pictures.slice(0, shown.length));
    expect(shown.length).toBeGreaterThan(140);
    expect(site.errors).toEqual([]);
  });

  it("lets ffmpeg publish as it comes, tells of late key pictures, and ffmpeg watches", async () => {
    await using site = await serving();
    const args = [
      "-nostdin",
      "-loglevel",
      "error",
      "-re",
      "-i",
      SAMPLE,
      "-t",
      "9",
      "-vf",
      "scale=64:36",
      "-g",
      "125",
    ];
    const publishing = run("ffmpeg", [...args, "-c:a", "copy", ...MP4, `${site.origin}/ingest/own`]);
    const out = join(folder.path, "watched.mp4");
    await until(async () => site.studio.desk.list().length > 0);
    await until(async () => (await fetch(`${site.origin}/live/own/plain.m3u8`)).status === 200);
    await make(["-i", `${site.origin}/live/own/plain.m3u8`, "-t", "4", "-c", "copy"], out);
    expect((await times(out, "v")).length).toBeGreaterThanOrEqual(100);
    expect((await publishing).code).toBe(0);
    expect(site.studio.desk.list()[0]?.warning).toMatch(/^key pictures come every 5\.0 s: every 2 s/);
    expect(site.errors).toEqual([]);
  });
});

describe("without a key", () => {
  it("only this machine may publish", () => {
    const channels = new Channels({ sources: [], shelf: new FilmShelf(), part: 0.4 });
    const desk = new IngestDesk({ channels });
    for (const host of ["127.0.0.1", "::1", "::ffff:127.0.0.1"])
      expect(desk.refuses(undefined, host)).toBeUndefined();
    for (const host of ["192.0.2.1", "2001:db8::1", "::ffff:192.0.2.1"])
      expect(desk.refuses("anything", host)?.kind).toBe("loopback");
    const locked = new IngestDesk({ channels, key: "k" });
    expect(locked.refuses(undefined, "127.0.0.1")?.kind).toBe("key");
    expect(locked.refuses("k", "192.0.2.1")).toBeUndefined();
  });
});
