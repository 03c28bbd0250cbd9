/** Heads of responses: one is remembered, and that must never show. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { HttpServer, type FieldLines, type ServerAction } from "../../src/index.ts";

interface Asked {
  readonly version: "1.0" | "1.1";
  readonly keepsAlive: boolean;
  readonly status: number;
  readonly fields: FieldLines | undefined;
  readonly content: string;
  readonly streamed: boolean;
  readonly close: boolean;
  readonly date: string;
}

/** What the head says, worked out apart: RFC 9112 §4, §5, §9.6; RFC 9110 §6.6.1, §7.8. */
function expected(one: Asked): string {
  const names = (one.fields ?? []).filter((_, i) => i % 2 === 0).map((name) => name.toLowerCase());
  const reason = { 200: "OK", 404: "Not Found", 426: "Upgrade Required" }[one.status];
  const chunked = one.streamed && one.version === "1.1";
  const stays = !one.close && (one.version === "1.1" || (one.keepsAlive && !one.streamed));
  const lines = [`HTTP/1.1 ${one.status} ${reason}`];
  for (let i = 0; i < (one.fields?.length ?? 0); i += 2)
    lines.push(`${one.fields?.[i]}: ${one.fields?.[i + 1]}`);
  if (!names.includes("date")) lines.push(`Date: ${one.date}`);
  if (chunked) lines.push("Transfer-Encoding: chunked");
  else if (!one.streamed) lines.push(`Content-Length: ${one.content.length}`);
  const options = [
    ...(names.includes("upgrade") ? ["Upgrade"] : []),
    ...(stays ? [] : ["close"]),
    ...(stays && one.version === "1.0" && !names.includes("upgrade") ? ["keep-alive"] : []),
  ];
  if (options.length > 0) lines.push(`Connection: ${options.join(", ")}`);
  return `${lines.join("\r\n")}\r\n\r\n`;
}

function headOf(one: Asked): string {
  const server = new HttpServer({ date: () => one.date });
  const connection = one.keepsAlive ? "Connection: keep-alive\r\n" : "";
  server.receive(latin1(`GET / HTTP/${one.version}\r\nHost: localhost\r\n${connection}\r\n`));
  server.next();
  const { status, fields, content, close } = one;
  const action: ServerAction = one.streamed
    ? { type: "begin", status, fields, close }
    : { type: "respond", status, fields, content, close };
  const pieces = server.send(action);
  const text = Buffer.concat(pieces instanceof Uint8Array ? [pieces] : pieces).toString("latin1");
  expect(text.endsWith(one.streamed ? "\r\n\r\n" : content)).toBe(true);
  return text.slice(0, text.indexOf("\r\n\r\n") + 4);
}

const latin1 = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, "latin1"));

const dates = ["Sun, 06 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 08:49:38 GMT"] as const;
const fieldLines = fc.constantFrom<FieldLines | undefined>(
  undefined,
  [],
  ["Content-Type", "text/plain"],
  ["Content-Type", "text/html"],
  ["content-type", "text/plain"],
  ["X-A", "1", "Content-Type", "text/plain"],
  ["Date", "Mon, 07 Nov 1994 08:49:37 GMT"],
  ["Upgrade", "websocket"],
);
// Few values of each: what comes again is what may be remembered.
const asked: fc.Arbitrary<Asked> = fc.record({
  version: fc.constantFrom("1.0", "1.1"),
  keepsAlive: fc.boolean(),
  status: fc.constantFrom(200, 404, 426),
  fields: fieldLines,
  content: fc.constantFrom("", "a", "bc", "de"),
  streamed: fc.boolean(),
  close: fc.boolean(),
  date: fc.constantFrom(...dates),
});

const plain: Asked = {
  version: "1.1",
  keepsAlive: false,
  status: 200,
  fields: ["Content-Type", "text/plain"],
  content: "Hello",
  streamed: false,
  close: false,
  date: dates[0],
};

describe("the heads of responses", () => {
  it("say what they are asked to, whatever was said before them", () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(asked, fc.integer({ min: 1, max: 3 })), { minLength: 1, maxLength: 40 }),
        (all) => {
          for (const [one, times] of all)
            for (let i = 0; i < times; i++) expect(headOf(one)).toBe(expected(one));
        },
      ),
    );
  });

  it.each<[what: string, other: Partial<Asked>]>([
    ["status", { status: 404 }],
    ["fields", { fields: ["Content-Type", "text/html"] }],
    ["number of fields", { fields: ["Content-Type", "text/plain", "X-A", "1"] }],
    ["presence of fields", { fields: undefined }],
    ["length", { content: "Hello!" }],
    ["framing", { streamed: true }],
    ["version", { version: "1.0", keepsAlive: true }],
    ["end", { close: true }],
    ["date", { date: dates[1] }],
  ])("differ where only the %s does", (_, other) => {
    for (const one of [plain, { ...plain, ...other }, plain]) expect(headOf(one)).toBe(expected(one));
  });

  it("follow an array of fields that its owner changes", () => {
    const fields = ["Content-Type", "text/plain"];
    const one = { ...plain, fields, date: "Sun, 06 Nov 1994 08:49:39 GMT" };
    expect(headOf(one)).toBe(expected(one));
    fields[1] = "text/html";
    expect(headOf(one)).toBe(expected(one));
    fields.push("X-A", "1");
    expect(headOf(one)).toBe(expected(one));
  });
});
