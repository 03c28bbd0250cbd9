/** Fields and the grammar they share, as the cores and the helpers on them read and write it. Sections are of RFC 9110. */
import { RemoteError } from "@socketscope/wire";
import { describe, expect, it } from "vitest";
import {
  chooseEncoding,
  type Fields,
  HttpClient,
  HttpServer,
  parseMediaType,
  type RequestHead,
  type ServerAction,
} from "../src/index.ts";

const latin1 = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, "latin1"));

/** The head that the server core reads, or the code of its refusal. */
function read(lines: string, requestLine = "GET / HTTP/1.1"): RequestHead | string {
  const server = new HttpServer({ date: () => "" });
  server.receive(latin1(`${requestLine}\r\nHost: a\r\n${lines}\r\n`));
  try {
    const event = server.next();
    if (typeof event === "string") return event;
    return event.type === "request" ? event.head : event.type;
  } catch (error) {
    if (error instanceof RemoteError) return error.code;
    throw error;
  }
}

const fieldsOf = (lines: string): Fields => {
  const head = read(lines);
  if (typeof head === "string") throw new RangeError(head);
  return head.fields;
};

/** What the server core writes for `action`, asked by `request`. */
function written(request: string, action: ServerAction): string {
  const server = new HttpServer({ date: () => "Thu, 01 Jan 1970 00:00:00 GMT" });
  server.receive(latin1(request));
  server.next();
  const pieces = server.send(action);
  return Buffer.concat(pieces instanceof Uint8Array ? [pieces] : pieces).toString("latin1");
}

describe("field lines", () => {
  it("§5.1: names are compared without case, and kept as they came", () => {
    const fields = fieldsOf("X-MiXed: 1\r\n");
    expect(fields.get("x-mixed")).toBe("1");
    expect(fields.lines).toContain("X-MiXed");
  });

  it("§5.3: several lines of one name are one list, in their order; other lines between them do not matter", () => {
    const fields = fieldsOf("A: 1\r\nB: x\r\na: 2\r\nA: 3, 4\r\n");
    expect(fields.get("a")).toBe("1, 2, 3, 4");
    expect(fields.all("a")).toEqual(["1", "2", "3, 4"]);
    expect([...fields].map(([name]) => name)).toEqual(["Host", "A", "B", "a", "A"]);
  });

  it("§5.5: blanks around a value are no part of it, and what is no ASCII is kept octet for octet", () => {
    expect(fieldsOf("A: \t x y \t \r\nB: \x80\xff\r\nC:\r\n").lines.join("|")).toBe(
      "Host|a|A|x y|B|\x80\xff|C|",
    );
  });

  it("§5.6.2: a name is a token: each character that is one is taken, each other one refused", () => {
    const taken: string[] = [];
    for (let code = 0; code < 256; code++) {
      const name = `x${String.fromCharCode(code)}y`;
      if (code === 0x3a) continue;
      const head = read(`${name}: 1\r\n`);
      if (typeof head === "object" && head.fields.lines.includes(name)) taken.push(name.charAt(1));
    }
    expect(taken.join("")).toBe(
      "!#$%&'*+-.0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ^_`abcdefghijklmnopqrstuvwxyz|~",
    );
  });

  it("§5.6.2: so is a method", () => {
    expect(read("", "M-SEARCH / HTTP/1.1")).toMatchObject({ method: "M-SEARCH" });
    for (const method of ["G(T", "G@T", "G,T", 'G"T', "GÉT"])
      expect([method, read("", `${method} / HTTP/1.1`)]).toEqual([method, "HTTP_REQUEST_LINE"]);
  });
});

describe("lists, weights and parameters", () => {
  it.each<[what: string, value: string, chosen: string | undefined]>([
    ["§5.6.1: members are separated by commas and blanks", "br;q=0.1 ,\t gzip", "gzip"],
    ["§5.6.1.2: empty members are ignored", ",, ,gzip,,", "gzip"],
    ["§5.6.3: only SP and HTAB are blanks", "\xa0gzip", "identity"],
    ["§8.4.1: x-gzip is gzip", "x-gzip", "gzip"],
    ["§8.4.1: codings are compared without case", "GZip", "gzip"],
    ["§12.4.2: without a weight it is 1", "br;q=0.999, gzip", "gzip"],
    ["§12.4.2: three digits count", "br;q=0.001, gzip;q=0.002", "gzip"],
    ["§12.4.2: 0 is not acceptable", "gzip;q=0, identity;q=0", undefined],
    ["§12.4.2: 0.000 neither", "gzip;q=0.000", "identity"],
    ["§12.4.2: Q is q", "br;Q=0.1, gzip;Q=0.2", "gzip"],
  ])("%s", (_, value, chosen) => {
    expect(chooseEncoding(value, ["br", "gzip"])).toBe(chosen);
  });

  it.each<[what: string, value: string, parameter: string]>([
    ["§5.6.4: a quoted string is its text", 'text/plain; a="b c"', "b c"],
    ["§5.6.4: a quoted pair is its second character", 'text/plain; a="\\"\\\\b\\c"', '"\\bc'],
    ["§5.6.6: names of parameters are compared without case", "text/plain;A=b", "b"],
    ["§5.6.6: blanks may stand around the semicolon", "text/plain \t;\t a=b", "b"],
    ["§5.6.6: an empty parameter is passed over", "text/plain;;a=b;", "b"],
  ])("%s", (_, value, parameter) => {
    expect(parseMediaType(value)?.parameters.get("a")).toBe(parameter);
  });
});

describe("what frames a message", () => {
  const asked = (method: string): string => `${method} / HTTP/1.1\r\nHost: a\r\n\r\n`;

  it.each([204, 304])("§6.4.1: a %i ends with its head, whatever the application gives", (status) => {
    for (const action of [
      { type: "respond", status, content: "never" },
      { type: "begin", status },
    ] as const)
      expect(written(asked("GET"), action)).toMatch(/\r\nDate: [^\r]+\r\n\r\n$/);
  });

  it("§6.4.1, §8.6: an answer to HEAD ends with its head, and says the length that GET would have", () => {
    expect(written(asked("HEAD"), { type: "respond", status: 200, content: "Hello" })).toMatch(
      /\r\nContent-Length: 5\r\n\r\n$/,
    );
  });

  it.each(["a", "a:1", "127.0.0.1:65535", "[::1]", "[2001:db8::1]:80", "", "xn--nxasmq6b.test", "a:"])(
    "§7.2: Host: %s is taken",
    (host) => {
      const server = new HttpServer({ date: () => "" });
      server.receive(latin1(`GET / HTTP/1.1\r\nHost: ${host}\r\n\r\n`));
      expect(server.next()).toMatchObject({ type: "request" });
    },
  );

  it.each(["a b", "a/b", "a,b", "[::1", "a:b", "user@a", "a#"])("§7.2: Host: %s is refused", (host) => {
    const server = new HttpServer({ date: () => "" });
    server.receive(latin1(`GET / HTTP/1.1\r\nHost: ${host}\r\n\r\n`));
    expect(() => server.next()).toThrow(RemoteError);
  });

  it("§7.2: a client writes Host first", () => {
    const client = new HttpClient({ host: "a:1" });
    const pieces = client.send({ type: "request", method: "GET", target: "/", fields: ["X-A", "1"] });
    const text = Buffer.concat(pieces instanceof Uint8Array ? [pieces] : pieces).toString("latin1");
    expect(text).toMatch(/^GET \/ HTTP\/1\.1\r\nHost: a:1\r\nX-A: 1\r\n/);
  });

  it.each(["close", "CLOSE", "x ,\tClose", ",close,"])(
    "§7.6.1, §5.6.1: Connection: %s ends the connection",
    (option) => {
      const request = `GET / HTTP/1.1\r\nHost: a\r\nConnection: ${option}\r\n\r\n`;
      expect(written(request, { type: "respond", status: 200 })).toContain("\r\nConnection: close\r\n");
    },
  );

  it("§7.6.1: an option that only begins so does not", () => {
    const request = "GET / HTTP/1.1\r\nHost: a\r\nConnection: closed, x-close\r\n\r\n";
    expect(written(request, { type: "respond", status: 200 })).not.toContain("Connection:");
  });
});
