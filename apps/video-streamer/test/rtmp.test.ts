/** Publishing by RTMP: what ffmpeg sends is watched by three clients; garbage and half a handshake are closed in time. */
import { once } from "node:events";
import { connect } from "node:net";
import { join } from "node:path";
import { listenTcp, type Listener } from "@socketscope/socket-core";
import { realClient, run, TemporaryFolder, workspaceRoot } from "@socketscope/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { serveRtmp } from "../src/ingest/rtmp-ingest.ts";
import { SAMPLE_FOLDER } from "../src/sample-folder.ts";
import { make, times } from "./ffmpeg.ts";
import { serving, type Serving } from "./serving.ts";

const SAMPLE = join(SAMPLE_FOLDER, "sample-180p.mp4");
async function rtmp(site: Serving, ms: number, errors: unknown[]): Promise<Listener & { port: number }> {
  const listener = await listenTcp({ host: "127.0.0.1", port: 0, protocol: "rtmp" }, (stream) =>
    serveRtmp(stream, site.studio.desk, { handshake: ms, command: ms }, (error) => errors.push(error)),
  );
  return Object.assign(listener, { port: listener.address.port });
}

async function until<Value>(look: () => Promise<Value | undefined | false>): Promise<Value> {
  for (;;) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    await new Promise((later) => setTimeout(later, 20));
  }
}

describe("publishing by RTMP", () => {
  let site: Serving;
  let door: Awaited<ReturnType<typeof rtmp>>;
  /** Soon tired of waiting. */
  let hasty: Awaited<ReturnType<typeof rtmp>>;
  const errors: unknown[] = [];
  beforeAll(async () => {
    site = await serving({ ingestKey: "s3cret" });
    door = await rtmp(site, 60_000, errors);
    hasty = await rtmp(site, 300, errors);
  });
  afterAll(async () => {
    await Promise.all([door.drain(0), hasty.drain(0)]);
    await site[Symbol.asyncDispose]();
  });

  it.each([
    ["nothing", ""],
    ["half a handshake", `\x03${"x".repeat(700)}`],
    ["a handshake and no command", `\x03${"x".repeat(3072)}`],
    ["HTTP", "GET / HTTP/1.1\r\n\r\n"],
    ["absurd chunks", `\x03${"x".repeat(3072)}\x02\0\0\0\0\0\x04\x01\0\0\0\0\x7f\xff\xff\xff`],
  ])("closes who sends %s", async (_what, text) => {
    const socket = connect(hasty.port, "127.0.0.1");
    socket.on("error", () => undefined);
    socket.write(Buffer.from(text, "latin1"));
    socket.resume();
    await once(socket, "close");
    await until(async () => hasty.open.size === 0);
    expect(errors).toEqual([]);
  });

  realClient("ffmpeg", "ffprobe", "curl").describe("with ffmpeg", () => {
    const publish = (name: string, seconds: number, codecs = ["-c", "copy"]): ReturnType<typeof run> => {
      const input = ["-nostdin", "-loglevel", "error", "-re", "-stream_loop", "-1", "-i", SAMPLE];
      const address = `rtmp://127.0.0.1:${door.port}/live/${name}`;
      return run("ffmpeg", [...input, "-t", String(seconds), ...codecs, "-f", "flv", address]);
    };

    it("is refused without the key, and told why", async () => {
      const { stderr } = await publish("own", 1);
      expect(stderr).toContain("The key is missing or wrong");
      expect(site.studio.desk.list()).toEqual([]);
    });

    it("is told what cannot be carried", async () => {
      await publish("odd?key=s3cret", 1, ["-c:v", "flv1", "-c:a", "copy"]);
      const seen = await until(async () =>
        site.studio.desk.list().find(({ name, going }) => name === "odd" && !going),
      );
      expect(seen.refused).toMatch(/codec 2: send H\.264/);
    });

    it("publishes, and ffmpeg, curl and our own client watch", async () => {
      using folder = new TemporaryFolder();
      const publishing = publish("own?key=s3cret", 16);
      const live = `${site.origin}/live/own`;
      await until(async () => (await fetch(`${live}/master.m3u8`)).status === 200);
      const watched = join(folder.path, "watched.mp4");
      const endless = join(folder.path, "endless.mp4");
      const client = ["--import", "tsx", "--conditions=@socketscope/source", "apps/video-client/src/main.ts"];
      const [own, curled] = await Promise.all([
        run(process.execPath, [...client, "--json", "-t", "5", `${live}/master.m3u8`], {
          cwd: workspaceRoot,
        }),
        run("curl", ["-s", "-m", "5", "-o", endless, `${live}.mp4`]),
        make(["-i", `${live}/plain.m3u8`, "-t", "3", "-c", "copy"], watched),
      ]);
      // It has read the low-latency playlist, and knows how late it is.
      expect(own.text.trim().split("\n").at(-1)).toMatch(/"buffer":[\d.]+,.*"latency":[\d.]+,/);
      // It never ends: curl gave up.
      expect(curled.code).toBe(28);
      expect((await times(endless, "v")).length).toBeGreaterThan(50);
      const shown = await times(watched, "v");
      expect(shown.length).toBeGreaterThanOrEqual(75);
      // Every picture at its time: 25 a second, and none lost; the last ones of the copy may lack those shown before.
      for (const [i, time] of shown.slice(0, 70).entries())
        expect(time - (shown[0] ?? 0)).toBeCloseTo(i / 25, 2);
      expect((await publishing).stderr).toBe("");
      expect([...site.errors, ...errors]).toEqual([]);
    });
  });
});
