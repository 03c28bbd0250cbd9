/** The client core, and both cores with each other. */
import { feedEverySplit } from "@socketscope/testkit";
import { LocalError } from "@socketscope/wire";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  ANSWER_TO,
  SftpClient,
  SftpServer,
  type SftpAnswer,
  type SftpClientAction,
  type SftpRequest,
} from "../src/index.ts";
import { answer as anyAnswer, request as anyRequest } from "./arbitrary.ts";
import { joined, octetsOf, packet, VERSION } from "./packets.ts";

/** A client that has asked these. */
function asking(...requests: readonly SftpRequest[]): SftpClient {
  const core = new SftpClient();
  core.send({ type: "init" });
  core.receive(VERSION);
  expect(core.next()).toMatchObject({ type: "version", extensions: [{ name: "limits@here.org" }] });
  for (const request of requests) core.send(request);
  return core;
}

const read: SftpRequest = { type: "read", id: 1, handle: "h", offset: 0, length: 9 };
const stat: SftpRequest = { type: "stat", id: 2, path: "a" };
const list: SftpRequest = { type: "readdir", id: 3, handle: "d" };
const full: SftpRequest = { type: "statvfs", id: 4, path: "/" };
const limits: SftpRequest = { type: "limits", id: 5 };

const ANSWERS: readonly (readonly [string, SftpRequest, string, object])[] = [
  ["DATA", read, "67 00000001 00000002 'hi'", { type: "data", data: octetsOf("'hi'") }],
  ["STATUS", read, "65 00000001 00000001 00000003 'End' 00000000", { type: "status", code: 1, text: "End" }],
  ["STATUS of an old server", read, "65 00000001 00000004", { type: "status", code: 4, text: "" }],
  ["ATTRS", stat, "69 00000002 00000001 0000000000000007", { type: "attributes", attributes: { size: 7 } }],
  [
    "NAME",
    list,
    "68 00000003 00000002 00000001 'a' 00000002 'la' 00000000 00000002 ffc3 00000000 00000004 00004000",
    {
      type: "name",
      entries: [
        { name: "a", longname: "la", attributes: {} },
        { name: "\uDCFF\uDCC3", longname: "", attributes: { permissions: 0o40000 } },
      ],
    },
  ],
  [
    "EXTENDED_REPLY to statvfs",
    full,
    `c9 00000004 ${[1, 2, 3, 4, 5, 6, 7, 8].map((n) => `000000000000000${n}`).join(" ")} ffffffffffffffff 0000000000000001 00000000000000ff`,
    {
      type: "statvfs-reply",
      blockSize: 1,
      fragmentSize: 2,
      blocks: 3,
      blocksFree: 4,
      blocksAvailable: 5,
      files: 6,
      filesFree: 7,
      filesAvailable: 8,
      fileSystem: 0xffff_ffff_ffff_ffffn,
      flags: 1,
      nameOctets: 255,
    },
  ],
  [
    "EXTENDED_REPLY to limits",
    limits,
    "c9 00000005 0000000000040000 000000000003fc00 000000000003fc00 0000000000000100",
    {
      type: "limits-reply",
      packetOctets: 262_144,
      readOctets: 261_120,
      writeOctets: 261_120,
      openHandles: 256,
    },
  ],
];

describe("an answer, whole, octet by octet and cut anywhere", () => {
  it.each(ANSWERS)("%s", (_, request, description, expected) => {
    const { events, rest } = feedEverySplit(
      () => asking(request),
      packet(description),
      (actual, first) => expect(actual).toEqual(first),
    );
    expect(rest).toBe("need-data");
    expect(events).toHaveLength(1);
    const [event] = events;
    expect(event).toMatchObject({ type: "answer", to: request.type });
    if (event?.type === "answer")
      expect(comparable(event.answer)).toEqual(comparable({ id: request.id, ...expected }));
  });
});

/** Buffer or Uint8Array, content is what counts. */
const comparable = (value: object): object =>
  Object.fromEntries(
    Object.entries(value).map(([key, inner]: [string, unknown]) => [
      key,
      inner instanceof Uint8Array ? [...inner] : inner,
    ]),
  );

describe("what ends the conversation", () => {
  it.each([
    ["an id that was not asked", "SFTP_ID", packet("65 00000009 00000000")],
    ["an answer of another kind", "SFTP_ANSWER", packet("66 00000001 00000001 'h'")],
    ["a request", "SFTP_ANSWER", packet("05 00000001")],
    ["a field cut short", "SFTP_FIELDS", packet("67 00000001 00000005 'hi'")],
    ["octets behind the last field", "SFTP_FIELDS", packet("67 00000001 00000002 'hiho'")],
    ["a login script that prints", "SFTP_PACKET", octetsOf("'Welcome to this server'")],
  ])("%s", (_, code, octets) => {
    const { rest } = feedEverySplit(
      () => asking(read),
      new Uint8Array(octets),
      (actual, first) => expect(actual).toEqual(first),
    );
    expect(rest).toEqual({ error: code });
  });

  it.each([
    ["a server of version 2", "SFTP_VERSION", packet("02 00000002")],
    ["no VERSION", "SFTP_NO_VERSION", packet("65 00000000 00000004")],
    ["VERSION cut short", "SFTP_NO_VERSION", packet("02 00000003 00000001 00")],
  ])("%s", (_, code, octets) => {
    const { rest } = feedEverySplit(
      () => {
        const core = new SftpClient();
        core.send({ type: "init" });
        return core;
      },
      octets,
      (actual, first) => expect(actual).toEqual(first),
    );
    expect(rest).toEqual({ error: code });
  });

  it("silence, where an answer is due", () => {
    const core = asking();
    expect(core.waitingFor).toBe("us");
    core.send(read);
    expect(core.waitingFor).toBe("answer");
    core.receive("timeout");
    expect(() => core.next()).toThrow("silent");
    expect(core.next()).toBe("closed");
  });

  it("the server's end", () => {
    const core = asking(read);
    core.receive("end");
    expect(core.next()).toBe("closed");
  });
});

describe("what the caller may not do", () => {
  it.each<readonly [string, () => SftpClient, SftpClientAction]>([
    ["ask before VERSION", () => new SftpClient(), stat],
    ["say INIT twice", () => asking(), { type: "init" }],
    ["use an id that waits", () => asking(read), { ...stat, id: 1 }],
  ])("%s", (_, make, action) => {
    expect(() => make().send(action)).toThrow(LocalError);
  });
  it("but use it again behind its answer", () => {
    const core = asking(read);
    core.receive(packet("65 00000001 00000001"));
    core.next();
    expect(core.outstanding).toBe(0);
    expect(() => core.send(read)).not.toThrow();
  });
});

describe("what one core says the other hears", () => {
  it("requests", () => {
    fc.assert(
      fc.property(anyRequest, (request) => {
        const server = new SftpServer();
        server.receive(joined(packet("01 00000003")));
        server.next();
        server.send({ type: "version", version: 3, extensions: [] });
        const client = asking();
        const text = JSON.stringify(request, texts);
        server.receive(joined(client.send(request)));
        const heard = server.next();
        if (text.includes("\\u0000")) return;
        expect(JSON.parse(JSON.stringify(heard, texts))).toEqual(JSON.parse(text));
      }),
    );
  });

  it("answers", () => {
    const asked = new Map(
      Object.entries(ANSWER_TO).map(([to, kind]) => [kind ?? "status", to as keyof typeof ANSWER_TO]),
    );
    const requests = new Map<string, SftpRequest>();
    for (const request of fc.sample(anyRequest, { numRuns: 500, seed: 1 }))
      requests.set(request.type, request);
    fc.assert(
      fc.property(anyAnswer, (answer) => {
        const request = requests.get(asked.get(answer.type) ?? "");
        if (request === undefined) throw new Error(`nothing asks for ${answer.type}`);
        const id = answer.id;
        const server = new SftpServer();
        server.receive(packet("01 00000003"));
        server.next();
        server.send({ type: "version", version: 3, extensions: [] });
        const client = asking();
        server.receive(joined(client.send({ ...request, id })));
        const heard = server.next();
        if (typeof heard === "object" && heard.type === "refused") return;
        client.receive(joined(server.send(answer)));
        const event = client.next();
        expect(event).toMatchObject({ type: "answer" });
        if (typeof event === "object" && event.type === "answer")
          expect(plain(event.answer)).toEqual(plain(answer));
      }),
    );
  });
});

/** Octets and big numbers as text. */
const texts = (_key: string, value: unknown): unknown => {
  if (typeof value === "bigint") return value.toString();
  return value instanceof Uint8Array ? Buffer.from(value).toString("hex") : value;
};
const plain = (answer: SftpAnswer): unknown => JSON.parse(JSON.stringify(answer, texts));
