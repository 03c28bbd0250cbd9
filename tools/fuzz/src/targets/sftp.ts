import {
  SftpClient,
  SftpDissector,
  SftpServer,
  STATUS,
  type SftpClientAction,
  type SftpClientEvent,
  type SftpRequest,
  type SftpServerAction,
  type SftpServerEvent,
} from "@socketscope/sftp";
import { TURN, walkDissector } from "../dissecting.ts";
import type { Target } from "../target.ts";
import { walk, type Policy } from "../walk.ts";

/** A packet from its type on; its length is put in front. Latin1. */
function packet(body: string): string {
  const { length } = body;
  return String.fromCharCode(length >>> 24, (length >>> 16) & 255, (length >>> 8) & 255, length & 255) + body;
}
const text = (of: string): string => packet(of);
const id = (of: number): string => `\0\0\0${String.fromCharCode(of)}`;
const NOTHING = "\0\0\0\0";

const INIT = packet("\x01\0\0\0\x03");
const VERSION = packet(`\x02\0\0\0\x03${text("x@y")}${text("1")}`);
const OPEN = packet(`\x03${id(1)}${text("a")}\0\0\0\x1a\0\0\0\x04\0\0\x01\xa4`);
const READ = packet(`\x05${id(2)}${text("h")}${NOTHING}${NOTHING}\0\0\0\x09`);
const WRITE = packet(`\x06${id(3)}${text("h")}${NOTHING}${NOTHING}${text("data")}`);
const MKDIR = packet(
  `\x0e${id(4)}${text("d")}\x80\0\0\x0f${NOTHING.repeat(7)}\0\0\0\x01${text("e")}${text("f")}`,
);
const RENAME = packet(`\x12${id(5)}${text("a")}${text("b\xff")}`);
const extended = (name: string, rest: string): string => packet(`\xc8${id(6)}${text(name)}${rest}`);
const words = [
  INIT,
  VERSION,
  OPEN,
  READ,
  WRITE,
  MKDIR,
  RENAME,
  text("h"),
  NOTHING,
  "\x80\0\0\x0f",
  "\xff\xff\xff\xff",
];

class Answering implements Policy<SftpServerEvent, SftpServerAction> {
  tell(event: SftpServerEvent): string {
    return JSON.stringify(event, (_key, value: unknown) =>
      value instanceof Uint8Array ? Buffer.from(value).toString("latin1") : value,
    );
  }

  answers(event: SftpServerEvent): readonly SftpServerAction[] {
    if (event.type === "init") return [{ type: "version", version: 3, extensions: event.extensions }];
    if (event.type === "refused") return [event.answer];
    if (event.type === "drain") return [];
    if (event.type === "read") return [{ type: "data", id: event.id, data: new Uint8Array(event.length) }];
    return [{ type: "status", id: event.id, code: STATUS.OK, text: "" }];
  }
}

export const sftpServer: Target = {
  name: "sftp-server",
  code: /\/libs\/sftp\/(?:src|dist)\/(?:server|fields|framing|requests|extensions|attributes|opening|answers)/,
  words: [...words, "posix-rename@openssh.com", "copy-data", "limits@openssh.com", "fsync@openssh.com"],
  seeds: [
    INIT + OPEN + READ + WRITE + MKDIR + RENAME,
    INIT + extended("posix-rename@openssh.com", text("a") + text("b")) + extended("x", "\0\x01"),
    INIT + extended("copy-data", text("r") + NOTHING.repeat(4) + text("w") + NOTHING.repeat(2)),
    `${INIT}\0\0\0\x04\x05${id(2)}`,
    `${INIT + packet(`\x14${id(1)}${text("t")}${text("l")}`)}.`,
  ],
  run: (input, cut) =>
    walk(
      new SftpServer({ limits: { packet: 300, content: 20, path: 10, handle: 4 } }),
      new Answering(),
      input,
      cut,
    ),
};

/** What was asked ahead: an answer that is here before its request would be another thing. */
const asked: readonly SftpRequest[] = [
  { type: "read", id: 1, handle: "h", offset: 0, length: 9 },
  { type: "readdir", id: 2, handle: "d" },
  { type: "statvfs", id: 3, path: "/" },
  { type: "limits", id: 4 },
  { type: "stat", id: 5, path: "a" },
  { type: "unknown-extension", id: 6, name: "x", data: new Uint8Array(0) },
];

class Asking implements Policy<SftpClientEvent, SftpClientAction> {
  tell(event: SftpClientEvent): string {
    return JSON.stringify(event, (_key, value: unknown) => {
      if (typeof value === "bigint") return value.toString();
      return value instanceof Uint8Array ? Buffer.from(value).toString("latin1") : value;
    });
  }
  answers(): readonly SftpClientAction[] {
    return [];
  }
}

/** Of odd inputs the first octets are VERSION. */
function clientFor(input: Uint8Array): SftpClient {
  const core = new SftpClient({ limits: { packet: 300 } });
  core.send({ type: "init" });
  if (input.length % 2 === 1) return core;
  core.receive(Buffer.from(VERSION, "latin1"));
  core.next();
  for (const request of asked) core.send(request);
  return core;
}

export const sftpClient: Target = {
  name: "sftp-client",
  code: /\/libs\/sftp\/(?:src|dist)\/(?:client|fields|framing|answers|attributes|opening)/,
  words: [...words, packet(`\x65${id(1)}${NOTHING}`), packet(`\x67${id(1)}${text("hi")}`)],
  seeds: [
    VERSION,
    packet(`\x67${id(1)}${text("hi")}`) + packet(`\x65${id(5)}\0\0\0\x02${text("no")}${text("en")}`),
    packet(
      `\x68${id(2)}\0\0\0\x02${text("a") + text("la") + NOTHING}${text("b\xff") + text("lb") + NOTHING}`,
    ),
    packet(`\xc9${id(3)}${NOTHING.repeat(22)}`) + packet(`\xc9${id(4)}${NOTHING.repeat(8)}`),
    packet(`\x69${id(5)}\0\0\0\x09${NOTHING.repeat(4)}`) + packet(`\xc9${id(6)}xyz`),
    packet(`\x66${id(1)}${text("h")}`),
  ],
  run: (input, cut) => walk(clientFor(input), new Asking(), input, cut),
};

export const sftpDissector: Target = {
  name: "sftp-dissector",
  code: /\/libs\/sftp\/(?:src|dist)\/(?:dissect|summary|fields|requests|extensions|answers|attributes|opening)/,
  words: [...words, TURN],
  seeds: [
    `${INIT}${TURN}${VERSION}${TURN}${OPEN}${READ}${TURN}${packet(`\x66${id(1)}${text("h")}`)}`,
    `${WRITE}${MKDIR}${RENAME}${TURN}${packet(`\x65${id(3)}${NOTHING}`)}`,
    `${extended("statvfs@openssh.com", text("/"))}${TURN}${packet(`\xc9${id(6)}${NOTHING.repeat(22)}`)}`,
    `${packet("\x2a\0\0\0\x01")}${TURN}GET / HTTP/1.1`,
  ],
  run: (input, cut) => walkDissector(new SftpDissector({ maxPacket: 300, maxRemembered: 5 }), input, cut),
};
