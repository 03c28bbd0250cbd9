/** The end of a soak: each server is told to end while a slow client is in the midst of what it asked for. */
import { connect } from "node:net";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { ask, sha256, sha256Of } from "./client.ts";
import type { Room } from "./loads/load.ts";
import type { AppName, SoakedApp } from "./soaked-app.ts";

export interface Drained {
  /** The exit code, or the signal that ended it. */
  readonly exit: string;
  /** What was under way came whole; undefined where nothing was. */
  readonly whole: boolean | undefined;
}

/** A client's octets a second: some seconds for what it fetches. */
const SLOW = ["-sS", "--fail", "--no-buffer", "--limit-rate", "24M"];

export async function drainAll(room: Room): Promise<Drained[]> {
  // The inspector is the last: it is to see the others go.
  const names: readonly AppName[] = ["web-server", "mail-relay", "file-transfer", "video-streamer"];
  const others = await Promise.all(names.map((name) => drainOne(room, room.apps[name])));
  return [...others, { exit: await room.apps.inspector.drain(), whole: undefined }];
}

async function drainOne(room: Room, app: SoakedApp): Promise<Drained> {
  let whole = Promise.resolve(true);
  await new Promise<void>((heard) => {
    whole = begin(room, app, heard).finally(heard);
  });
  // More of its octets are on their way.
  await pause(300);
  const exit = await app.drain();
  return { exit, whole: await whole };
}

/** Resolves with whether all of it came; `heard` when the first of it has. */
async function begin({ folder }: Room, app: SoakedApp, heard: () => void): Promise<boolean> {
  switch (app.name) {
    case "web-server": {
      const { stdout } = await ask("curl", [...SLOW, `http://127.0.0.1:${app.port("http")}/large`], heard);
      return sha256(stdout) === (await sha256Of(join(folder, "site/large")));
    }
    case "file-transfer": {
      const url = `ftp://ann:soak@127.0.0.1:${app.port("ftp")}/large`;
      const { stdout } = await ask("curl", [...SLOW, url], heard);
      return sha256(stdout) === (await sha256Of(join(folder, "home/large")));
    }
    case "video-streamer": {
      const url = `http://127.0.0.1:${app.port("http")}/media/sample-360p.mp4`;
      const { stdout } = await ask("curl", [...SLOW, "--limit-rate", "100k", "--include", url], heard);
      const length = /^content-length: (\d+)/im.exec(stdout.toString("latin1"))?.[1];
      return stdout.length - stdout.indexOf("\r\n\r\n") - 4 === Number(length);
    }
    case "mail-relay":
      // RFC 5321 §3.8: who is told to go is told so by 421.
      return lastWord(app.port("smtp"), "EHLO soak.test\r\n", /^421 /m, heard);
    case "inspector":
      return true;
  }
}

/** Says something, and listens until the server ends it: whether it said what it should. */
function lastWord(port: number, words: string, expected: RegExp, first: () => void): Promise<boolean> {
  return new Promise((resolve) => {
    let heard = "";
    const socket = connect(port, "127.0.0.1", () => socket.write(words));
    socket.once("data", first);
    socket.on("data", (octets: Buffer) => {
      heard = (heard + octets.toString("latin1")).slice(-KEPT);
    });
    socket.on("error", () => undefined);
    socket.on("close", () => resolve(expected.test(heard)));
  });
}

/** Characters: the last ones. */
const KEPT = 4000;
