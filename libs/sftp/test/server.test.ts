/** The server core: each request's octets by hand, answers by id, what is refused and what ends the channel. */
import { feed, feedEverySplit } from "@socketscope/testkit";
import { LocalError, RemoteError } from "@socketscope/wire";
import { describe, expect, it } from "vitest";
import {
  ANSWER_TO,
  DATA_HEAD,
  SftpServer,
  STATUS,
  type SftpAnswer,
  type SftpServerAction,
  type SftpServerEvent,
} from "../src/index.ts";
import { INIT, joined, octetsOf, packet } from "./packets.ts";
import { opened, REQUESTS, version } from "./requests.ts";

/** Every event of what a client says behind INIT, the answers being VERSION and FAILURE. */
function answer(event: SftpServerEvent): SftpServerAction | undefined {
  if (event.type === "init") return version;
  if (event.type === "refused") return event.answer;
  return event.type === "drain" ? undefined : { type: "status", id: event.id, code: 4, text: "" };
}

describe("a request, whole, octet by octet and cut anywhere", () => {
  it.each(REQUESTS)("%s", (_, description, expected) => {
    const outcome = feedEverySplit(
      () => new SftpServer(),
      joined(INIT, packet(description)),
      (actual, first) => expect(actual).toEqual(first),
      { answer },
    );
    const [, event] = outcome.events;
    expect(outcome.events).toHaveLength(2);
    expect(outcome.rest).toBe("need-data");
    if ("refused" in expected)
      expect(event).toMatchObject({ type: "refused", answer: { id: 1, code: expected.refused } });
    else expect(plain(event)).toEqual(plain({ id: packetId(description), ...expected }));
  });

  it("covers every request there is", () => {
    const seen = new Set(REQUESTS.map(([, , expected]) => ("type" in expected ? expected.type : "")));
    expect(Object.keys(ANSWER_TO).filter((type) => !seen.has(type))).toEqual([]);
  });
});

const packetId = (description: string): number => octetsOf(description).readUInt32BE(1);
/** Buffer and Uint8Array alike. */
const plain = (value: unknown): unknown =>
  JSON.parse(
    JSON.stringify(value, (_key, inner: unknown) =>
      inner instanceof Uint8Array || isBufferJson(inner) ? [...bytesOf(inner)] : inner,
    ),
  );
const isBufferJson = (value: unknown): value is { type: "Buffer"; data: number[] } =>
  typeof value === "object" && value !== null && "type" in value && value.type === "Buffer";
const bytesOf = (value: Uint8Array | { data: number[] }): Iterable<number> =>
  value instanceof Uint8Array ? value : value.data;

describe("the opening", () => {
  it("INIT with extensions, and VERSION in answer", () => {
    const core = new SftpServer();
    core.receive(packet("01 00000006 00000001 'x' 00000001 '1'"));
    expect(core.next()).toEqual({
      type: "init",
      version: 6,
      extensions: [{ name: "x", data: new Uint8Array(octetsOf("'1'")) }],
    });
    expect(core.next()).toBe("paused");
    const said = core.send({
      ...version,
      extensions: [{ name: "posix-rename@openssh.com", data: octetsOf("'1'") }],
    });
    expect(joined(said)).toEqual(packet("02 00000003 00000018 'posix-rename@openssh.com' 00000001 '1'"));
    expect(() => core.send(version)).toThrow(LocalError);
  });

  it.each([
    ["a request before INIT", packet("0d 00000001 00000001 'a'")],
    ["TLS", octetsOf("16 03 01 02 00 01 00 01 fc")],
    ["a person", octetsOf("'hello there'")],
    ["INIT cut short", packet("01 0000 00 03 00000001")],
  ])("%s ends the channel without an answer", (_, octets) => {
    const { rest, events } = feedEverySplit(
      () => new SftpServer(),
      new Uint8Array(octets),
      (actual, first) => expect(actual).toEqual(first),
    );
    expect(events).toEqual([]);
    expect(rest).toEqual({ error: "SFTP_NO_INIT" });
  });
});

it("content with room in front of it leaves in one piece, the same as without", () => {
  const [apart, together] = [false, true].map((room) => {
    const core = opened();
    core.receive(packet("05 00000001 00000001 'h' 0000000000000000 00000005"));
    expect(core.next()).toMatchObject({ type: "read" });
    const memory = new Uint8Array(DATA_HEAD + 7);
    memory.set(octetsOf("'hello'"), DATA_HEAD + 1);
    const data = memory.subarray(DATA_HEAD + 1, DATA_HEAD + 6);
    return core.send({ type: "data", id: 1, data, room });
  });
  expect(apart).toHaveLength(2);
  expect(together).toHaveLength(1);
  expect(joined(together ?? [])).toEqual(joined(apart ?? []));
});

describe("what ends the channel", () => {
  it.each([
    ["a length over the limit", "SFTP_PACKET", octetsOf("00 04 00 01 05 00 00 00 07")],
    ["a length of nothing", "SFTP_PACKET", octetsOf("00 00 00 00 05 00 00 00 07")],
    ["a length without room for an id", "SFTP_PACKET", octetsOf("00 00 00 04 05 00 00 00 07")],
  ])("%s, with a status that says so", (_, code, octets) => {
    const outcome = feedEverySplit(
      () => new SftpServer(),
      joined(INIT, octets),
      (actual, first) => expect(actual).toEqual(first),
      { answer },
    );
    expect(outcome.rest).toEqual({ error: code });
    const core = opened();
    core.receive(new Uint8Array(octets));
    const error = thrown(() => core.next());
    expect(error.answer).toMatchObject({ type: "status", id: 7, code: STATUS.BAD_MESSAGE });
    core.send(error.answer as SftpAnswer);
    expect(core.next()).toBe("closed");
  });

  it("an id that is in use still", () => {
    const core = opened();
    const stat = packet("11 00000009 00000001 'a'");
    core.receive(stat);
    expect(core.next()).toMatchObject({ type: "stat", id: 9 });
    core.receive(stat);
    expect(thrown(() => core.next()).code).toBe("SFTP_ID");
  });

  it("silence", () => {
    const core = opened();
    expect(core.waitingFor).toBe("idle");
    core.receive(octetsOf("00 00"));
    expect(core.waitingFor).toBe("packet");
    core.receive("timeout");
    expect(thrown(() => core.next()).code).toBe("SFTP_TIMEOUT");
    expect(core.next()).toBe("closed");
    expect(new SftpServer().waitingFor).toBe("init");
  });
});

function thrown(act: () => unknown): RemoteError {
  try {
    act();
  } catch (error) {
    if (error instanceof RemoteError) return error;
  }
  throw new Error("nothing was thrown");
}

describe("many in flight", () => {
  const stats = joined(
    packet("11 00000001 00000001 'a'"),
    packet("11 00000002 00000001 'b'"),
    packet("11 00000003 00000001 'c'"),
  );

  it("are answered in whatever order", () => {
    const core = opened();
    core.receive(stats);
    expect([core.next(), core.next(), core.next()]).toMatchObject([{ id: 1 }, { id: 2 }, { id: 3 }]);
    expect(core.waitingFor).toBe("us");
    expect(joined(core.send({ type: "attributes", id: 3, attributes: { size: 9 } }))).toEqual(
      packet("69 00000003 00000001 0000000000000009"),
    );
    expect(joined(core.send({ type: "status", id: 1, code: STATUS.NO_SUCH_FILE, text: "No" }))).toEqual(
      packet("65 00000001 00000002 00000002 'No' 00000002 'en'"),
    );
    expect(() => core.send({ type: "status", id: 1, code: 0, text: "" })).toThrow(LocalError);
    expect(core.waitingFor).toBe("us");
    core.send({ type: "status", id: 2, code: 0, text: "" });
    expect(core.waitingFor).toBe("idle");
  });

  it("are not too many", () => {
    const core = opened({ limits: { inFlight: 2 } });
    core.receive(stats);
    core.next();
    core.next();
    expect(core.next()).toBe("paused");
    core.send({ type: "status", id: 2, code: 0, text: "" });
    expect(core.next()).toMatchObject({ id: 3 });
  });

  it("do not bring or ask for too much", () => {
    const core = opened({ limits: { inFlightOctets: 6 } });
    const write = (id: number): Uint8Array =>
      packet(`06 0000000${id} 00000001 'h' 0000000000000000 00000005 'hello'`);
    core.receive(joined(write(1), write(2), write(3)));
    core.next();
    core.next();
    expect(core.next()).toBe("paused");
    core.send({ type: "status", id: 1, code: 0, text: "" });
    expect(core.next()).toMatchObject({ id: 3 });
  });

  it("are answered though the client's side has ended", () => {
    const core = opened();
    core.receive(stats);
    core.receive("end");
    const asked = [core.next(), core.next(), core.next()];
    expect(core.next()).toBe("paused");
    for (const event of asked)
      if (typeof event === "object" && "id" in event)
        core.send({ type: "status", id: event.id, code: 0, text: "" });
    expect(core.next()).toBe("closed");
  });
});

it("a drain is told once", () => {
  const core = opened();
  core.receive("drain");
  core.receive("drain");
  expect(core.next()).toEqual({ type: "drain" });
  expect(core.next()).toBe("need-data");
});

it("octets not consumed can be had back", () => {
  const core = opened();
  core.receive(octetsOf("00 00 00 09 11"));
  core.next();
  expect(core.unread()).toHaveLength(5);
});

it("limits are the caller's", () => {
  const core = new SftpServer({ limits: { path: 3, handle: 1, content: 2, packet: 64 } });
  const { events } = feed(
    core,
    [
      joined(
        INIT,
        packet("0d 00000001 00000004 'abcd'"),
        packet("0d 00000002 00000004 'ää'"),
        packet("04 00000003 00000002 'hh'"),
        packet("06 00000004 00000001 'h' 0000000000000000 00000003 'abc'"),
        packet("05 00000005 00000001 'h' 0000000000000000 00000003"),
        packet("0d 00000006 00000003 'abc'"),
      ),
    ],
    { answer },
  );
  expect(events.slice(1)).toMatchObject([
    { type: "refused", answer: { id: 1 } },
    { type: "refused", answer: { id: 2 } },
    { type: "refused", answer: { id: 3 } },
    { type: "refused", answer: { id: 4 } },
    { type: "read", length: 2 },
    { type: "remove", path: "abc" },
  ]);
});
