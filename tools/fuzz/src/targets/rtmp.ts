import {
  RtmpDissector,
  RtmpServer,
  writeAmf0,
  writeChunks,
  type Amf0Value,
  type RtmpServerAction,
  type RtmpServerEvent,
} from "@socketscope/rtmp";
import { TURN, walkDissector } from "../dissecting.ts";
import type { Target } from "../target.ts";
import { walk, type Policy } from "../walk.ts";

const latin1 = (octets: Uint8Array): string => Buffer.from(octets).toString("latin1");
const message = (type: number, octets: Uint8Array, on = 3): string =>
  latin1(writeChunks(on, { type, stream: 0, timestamp: 0, octets }, 128));
const command = (...values: Amf0Value[]): string => message(20, writeAmf0(values));

const HELLO = `\x03${"h".repeat(1536)}`;
const GREETING = HELLO + "g".repeat(1536);
const CONNECT = command("connect", 1, { app: "live" });
const PUBLISH = command("publish", 3, null, "a?key=b", "live");
const VIDEO = message(9, new Uint8Array(200), 6);
const words = [
  CONNECT,
  command("createStream", 2, null),
  PUBLISH,
  command("deleteStream", 4, null, 1),
  VIDEO,
  message(8, Uint8Array.of(0xaf, 1, 0), 4),
  message(1, Uint8Array.of(0, 0, 0, 9), 2),
  message(2, Uint8Array.of(0, 0, 0, 6), 2),
  message(4, Uint8Array.of(0, 6, 0, 0, 0, 1), 2),
  message(5, Uint8Array.of(0, 0, 4, 0), 2),
  message(18, writeAmf0(["@setDataFrame", "onMetaData", { width: 1 }])),
  "\xc3",
  "\xc6",
  "\x46\xff\xff\xff\0\0\x01\x09\0\0\0\x01",
  "\0\x05",
  "\x01\x05\x01",
];

class Answering implements Policy<RtmpServerEvent, RtmpServerAction> {
  tell(event: RtmpServerEvent): string {
    return JSON.stringify(event, (_key, value: unknown) =>
      value instanceof Uint8Array ? latin1(value) : value,
    );
  }

  answers(event: RtmpServerEvent): readonly RtmpServerAction[] {
    if (event.type === "owed") return [event.action];
    return event.type === "publish" ? [{ type: "publishing" }] : [];
  }
}

const limits = { media: 4096, command: 1024, streams: 6, held: 6000, values: 50, depth: 4, commands: 20 };

export const rtmpServer: Target = {
  name: "rtmp-server",
  code: /\/libs\/(?:rtmp|wire)\//,
  words,
  seeds: [
    "\x03",
    "\x06",
    HELLO,
    // Most inputs begin behind the handshake: its octets are nothing to look at.
    `${CONNECT}${PUBLISH}${VIDEO}`,
    words.join(""),
    `${CONNECT}${PUBLISH}\x02\0\0\0\0\0\x04\x01\0\0\0\0\0\0\0\x02\x06\0\0\x10\0\0\x06\x09\x01\0\0\0aa\xc6aa\xc6aa\x46\0\0\x04\0\0\x01\x09b\x86\0\0\x05c\xc6d`,
  ],
  run(input, cut) {
    const core = new RtmpServer({ random: new Uint8Array(1528), limits });
    if (input[0] !== 3 && input[0] !== 6) {
      core.receive(Buffer.from(GREETING, "latin1"));
      const event = core.next();
      if (typeof event !== "string" && event.type === "owed") core.send(event.action);
    }
    return walk(core, new Answering(), input, cut);
  },
};

export const rtmpDissector: Target = {
  name: "rtmp-dissector",
  code: /\/libs\/(?:rtmp|wire)\//,
  words: [...words, GREETING, TURN],
  seeds: [
    "\x03",
    `${GREETING}${words.join("")}`,
    `${GREETING}${CONNECT}${TURN}${GREETING}${command("_result", 1, { a: 1 }, { code: "NetConnection.Connect.Success" })}`,
  ],
  run(input, cut) {
    return walkDissector(new RtmpDissector({ limits }), input, cut);
  },
};
