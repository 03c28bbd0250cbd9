/** On a network of two machines: players on one receive what the streamer on the other sends, by all ways at once. */
import { join } from "node:path";
import {
  findProgram,
  namespaces,
  needing,
  NetworkPair,
  run,
  TemporaryFolder,
  workspaceRoot,
  type Spawned,
} from "@socketscope/testkit";
import { afterAll, beforeAll, expect, it } from "vitest";
import { SAMPLE_FOLDER } from "../src/sample-folder.ts";
import { frames } from "./ffmpeg.ts";

const MAIN = ["--import", "tsx", "--conditions=@socketscope/source", "apps/video-streamer/src/main.ts"];
const CLIENT = MAIN.map((argument) => argument.replace("streamer", "client"));
const GROUP = "239.255.7.1";
const PORTS = {
  unicast: 5001,
  multicast: 5002,
  broadcast: 5003,
  ours: 5004,
  rtp: 5006,
  oursBroadcast: 5008,
} as const;

const AS_SUMS = "-map 0:v:0 -f framemd5 -".split(" ");

/** Of what ffmpeg says with {@link AS_SUMS}. */
function picturesIn(text: string): string[] {
  return text
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"))
    .map((line) => line.split(",").at(-1)?.trim() ?? "");
}

const missing = ["ffmpeg", "cvlc", "setpriv"].filter((name) => findProgram(name) === undefined).join(", ");
const clients = needing(namespaces.missing ?? (missing === "" ? undefined : `${missing} not installed`));

clients.describe("a channel on a network", () => {
  let pair: NetworkPair;
  let folder: TemporaryFolder;
  let server: Spawned;
  let film: ReadonlySet<string>;

  beforeAll(async () => {
    pair = new NetworkPair();
    folder = new TemporaryFolder("udp");
    // A player that names no interface for a group asks where the group's network is.
    await pair.there.run("ip", ["route", "add", "224.0.0.0/4", "dev", "cable"]);
    const { ipv4 } = pair.here;
    const options = [
      "--json",
      "--port=0",
      "--rtmp-port=off",
      "--inspect=off",
      `--state=${join(folder.path, "state")}`,
      `--interface=${ipv4}`,
      "--broadcast",
      `--sdp=${folder.path}`,
      `--udp=demo=udp://${pair.there.ipv4}:${PORTS.unicast}`,
      `--udp=demo=udp://${pair.there.ipv4}:${PORTS.ours}`,
      `--udp=demo=udp://${GROUP}:${PORTS.multicast}`,
      `--udp=demo=udp://10.77.0.255:${PORTS.broadcast}`,
      // ffmpeg shares no port with another program but a group's.
      `--udp=demo=udp://10.77.0.255:${PORTS.oursBroadcast}`,
      `--rtp=demo=rtp://${GROUP}:${PORTS.rtp}`,
    ];
    server = pair.here.spawn(process.execPath, [...MAIN, ...options], { cwd: workspaceRoot });
    const [ready, shown] = await Promise.all([
      server.line((line) => line.startsWith('{"ready":true')),
      frames(join(SAMPLE_FOLDER, "sample-360p.mp4"), "v"),
    ]);
    if (!ready.includes(`udp://${GROUP}:${PORTS.multicast}`)) throw new Error(ready);
    film = new Set(shown);
  });
  afterAll(async () => {
    await server.stop();
    pair[Symbol.dispose]();
    folder[Symbol.dispose]();
  });

  const sources: readonly (readonly [way: string, source: () => string])[] = [
    ["unicast", () => `udp://${pair.there.ipv4}:${PORTS.unicast}`],
    ["multicast", () => `udp://${GROUP}:${PORTS.multicast}?localaddr=${pair.there.ipv4}`],
    ["broadcast", () => `udp://0.0.0.0:${PORTS.broadcast}`],
    ["RTP to a group, from its description", () => join(folder.path, "demo.sdp")],
  ];
  it.concurrent.each(sources)(
    "ffmpeg receives it by %s: no packet missing, every picture the film's",
    async (_way, source) => {
      const before = "-nostdin -loglevel debug -protocol_whitelist file,udp,rtp -threads 1 -i".split(" ");
      const after = ["-t", "3", ...AS_SUMS];
      const seen = await pair.there.run("ffmpeg", [...before, source(), ...after]);
      expect(
        seen.stderr.split("\n").filter((line) => /continuity check failed|corrupt|missed/i.test(line)),
      ).toEqual([]);
      const pictures = picturesIn(seen.text);
      expect(pictures.length).toBeGreaterThan(50);
      expect(pictures.filter((picture) => !film.has(picture))).toEqual([]);
    },
  );

  const heard: readonly (readonly [way: string, args: () => readonly string[]])[] = [
    ["unicast", () => [`udp://${pair.there.ipv4}:${PORTS.ours}`]],
    [
      "multicast of this source",
      () => ["--interface=cable", `--source=${pair.here.ipv4}`, `udp://${GROUP}:${PORTS.multicast}`],
    ],
    ["broadcast", () => [`udp://10.77.0.255:${PORTS.oursBroadcast}`]],
    ["RTP to a group", () => [`rtp://${GROUP}:${PORTS.rtp}?localaddr=${pair.there.ipv4}`]],
  ];
  it.concurrent.each(heard)(
    "our client receives it by %s: no packet missing, every picture the film's",
    async (way, args) => {
      const out = join(folder.path, `${way}.ts`);
      const client = [...CLIENT, "--json", "-t", "5", "-o", out, ...args()];
      const { text } = await pair.there.run(process.execPath, client, { cwd: workspaceRoot });
      const whole = { ended: true, stalls: 0, continuity: 0, damage: 0, foreign: 0, dropped: 0 };
      const last: unknown = JSON.parse(text.trim().split("\n").at(-1) ?? "");
      expect(last).toMatchObject({ ...whole, ...(way.startsWith("RTP") && { lost: 0, discarded: 0 }) });
      // It was begun within a picture group: what comes before its first key picture is nothing to a decoder.
      const seen = await run("ffmpeg", ["-v", "fatal", "-threads", "1", "-i", out, ...AS_SUMS]);
      const pictures = picturesIn(seen.text);
      // Of five seconds by the clock, less what passes until a key picture comes, and on a busy machine until it is read.
      expect(pictures.length).toBeGreaterThan(25);
      // The last one was cut off with the time that was up.
      expect(pictures.slice(0, -1).filter((picture) => !film.has(picture))).toEqual([]);
    },
  );

  it.concurrent("our client hears nothing of the group from another source", async () => {
    const group = `udp://10.77.0.9@${GROUP}:${PORTS.multicast}`;
    const client = [...CLIENT, "-t", "1", "--interface=cable", group];
    const { code, stderr } = await pair.there.run(process.execPath, client, { cwd: workspaceRoot });
    expect([code, stderr]).toEqual([1, expect.stringContaining("no stream came")]);
  });

  it.concurrent("VLC receives the group: a picture, and no packet missing", async () => {
    const nobody = ["--reuid", "65534", "--regid", "65534", "--clear-groups", "env", `HOME=${folder.path}`];
    const silent = ["-vv", "--no-color", "-I", "dummy", "--vout", "dummy", "--aout", "dummy"];
    const address = ["--miface", "cable", `udp://@${GROUP}:${PORTS.multicast}`];
    const vlc = pair.there.spawn("setpriv", [...nobody, "cvlc", ...silent, ...address]);
    // Whether it says that it has received a first one hangs on whether it waited for it.
    await vlc.logged(/Received first picture|original format sz 640x/i, 60_000);
    await vlc.stop();
    expect(vlc.stderr.split("\n").filter((line) => /discontinuity|scrambled/i.test(line))).toEqual([]);
  });
});
