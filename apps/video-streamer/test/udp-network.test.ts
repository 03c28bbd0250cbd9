/** On a network of two machines: players on one receive what the streamer on the other sends, by all ways at once. */
import { join } from "node:path";
import {
  findProgram,
  namespaces,
  needing,
  NetworkPair,
  TemporaryFolder,
  workspaceRoot,
  type Spawned,
} from "@socketscope/testkit";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { SAMPLE_FOLDER } from "../src/sample-folder.ts";
import { frames } from "./ffmpeg.ts";

vi.setConfig({ testTimeout: 90_000, hookTimeout: 90_000 });

const MAIN = ["--import", "tsx", "--conditions=@socketscope/source", "apps/video-streamer/src/main.ts"];
const GROUP = "239.255.7.1";
const PORTS = { unicast: 5001, multicast: 5002, broadcast: 5003, rtp: 5006 } as const;

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
      `--udp=demo=udp://${GROUP}:${PORTS.multicast}`,
      `--udp=demo=udp://10.77.0.255:${PORTS.broadcast}`,
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
      const after = "-t 3 -map 0:v:0 -f framemd5 -".split(" ");
      const seen = await pair.there.run("ffmpeg", [...before, source(), ...after], { timeout: 60_000 });
      expect(
        seen.stderr.split("\n").filter((line) => /continuity check failed|corrupt|missed/i.test(line)),
      ).toEqual([]);
      const pictures = seen.text
        .split("\n")
        .filter((line) => line !== "" && !line.startsWith("#"))
        .map((line) => line.split(",").at(-1)?.trim() ?? "");
      expect(pictures.length).toBeGreaterThan(50);
      expect(pictures.filter((picture) => !film.has(picture))).toEqual([]);
    },
  );

  it.concurrent("VLC receives the group: a picture, and no packet missing", async () => {
    const program = [
      "--reuid",
      "65534",
      "--regid",
      "65534",
      "--clear-groups",
      "env",
      `HOME=${folder.path}`,
      "cvlc",
    ];
    const options = [
      "-vv",
      "--no-color",
      "-I",
      "dummy",
      "--vout",
      "dummy",
      "--aout",
      "dummy",
      "--run-time",
      "5",
    ];
    const seen = await pair.there.run(
      "setpriv",
      [...program, ...options, "--miface", "cable", `udp://@${GROUP}:${PORTS.multicast}`, "vlc://quit"],
      { timeout: 60_000 },
    );
    expect(seen.stderr).toMatch(/Received first picture/i);
    expect(seen.stderr.split("\n").filter((line) => /discontinuity|scrambled/i.test(line))).toEqual([]);
  });
});
