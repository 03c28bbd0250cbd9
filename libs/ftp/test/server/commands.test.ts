/** What each command means and what is said of a wrong one: every row whole, octet by octet and cut in two at every point. */
import { everySplit } from "@socketscope/testkit";
import { describe, expect, it } from "vitest";
import { defaultFacts, type FtpServerOptions } from "../../src/index.ts";
import { codes, converse, LOGIN } from "./support.ts";

type Row = readonly [what: string, lines: readonly string[], codes: readonly number[], event?: object];

const ready: readonly Row[] = [
  [
    "TYPE, its second words too",
    ["TYPE A", "TYPE A N", "TYPE I", "TYPE L 8", "type i"],
    [200, 200, 200, 200, 200],
  ],
  ["TYPE that is known and not here", ["TYPE E", "TYPE A T", "TYPE L 36"], [504, 504, 504]],
  ["TYPE that nobody knows", ["TYPE X", "TYPE", "TYPE A Q"], [501, 501, 501]],
  ["STRU and MODE", ["STRU R", "MODE B", "MODE Z", "STRU X", "MODE S"], [504, 504, 504, 501, 200]],
  ["REST without a number", ["REST x", "REST -1", "REST 99999999999999999"], [501, 501, 501]],
  ["ALLO with a record size", ["ALLO 10 R 5", "ALLO x"], [200, 501]],
  ["PORT that is none", ["PORT 127,0,0,1,4", "PORT 300,0,0,1,4,1", "PORT 127,0,0,1,0,0"], [501, 501, 501]],
  ["EPRT of another family", ["EPRT |2|::1|1025|", "EPRT |7|x|1025|", "EPRT |1|x|1|"], [522, 522, 501]],
  ["EPSV of a family", ["EPSV 1", "EPSV 2", "EPSV x"], [229, 522, 501]],
  [
    "EPSV ALL",
    ["EPSV ALL", "PASV", "PORT 127,0,0,1,4,1", "EPRT |1|127.0.0.1|1025|", "EPSV"],
    [200, 503, 503, 503, 229],
  ],
  ["data with nothing prepared", ["RETR a", "LIST"], [425, 425]],
  [
    "OPTS",
    ["OPTS UTF8 ON", "OPTS UTF8 OFF", "OPTS FOO", "OPTS HASH", "OPTS HASH MD5", "OPTS HASH X"],
    [200, 504, 501, 200, 200, 504],
  ],
  ["AUTH of other kinds", ["AUTH SSL", "AUTH KERBEROS_V4", "AUTH TLS-P"], [504, 504, 504]],
  ["PBSZ and PROT in clear", ["PBSZ 0", "PROT P"], [503, 503]],
  ["HELP", ["HELP RETR", "HELP SITE", "HELP XYZ"], [214, 214, 501]],
  [
    "SITE",
    ["SITE HELP", "SITE FOO", "SITE", "SITE CHMOD 999 a", "SITE UTIME x y"],
    [214, 504, 501, 501, 501],
  ],
  ["what is known and not carried out", ["LANG en", "MFF a"], [502, 502]],
  ["what nobody knows", ["FOO", "", "123 4"], [500, 500, 500]],
  ["what stands alone", ["PWD x", "CDUP y", "PASV z"], [501, 501, 501]],
  ["what needs an argument", ["CWD", "RETR", "DELE", "MFMT 20260101000000"], [501, 501, 501, 501]],
  ["MFMT of no time", ["MFMT 20261301000000 a"], [501]],
  ["NUL", ["CWD a\0b"], [501]],
  ["CR in a line", ["CWD a\rb"], [500]],
  [
    "a rename",
    ["RNFR old name", "RNTO new name"],
    [350, 250],
    { type: "rename", from: "old name", to: "new name" },
  ],
  ["a rename that something came between", ["RNFR a", "NOOP", "RNTO b"], [350, 200, 503]],
  ["blanks in a name", ["CWD   a b "], [250], { type: "enter", path: "  a b " }],
  ["UTF-8", ["CWD \xc3\xa9"], [250], { type: "enter", path: "é" }],
  ["a name that is no UTF-8", ["CWD caf\xe9"], [250], { type: "enter", path: "caf\udce9" }],
  [
    "flags",
    ["EPSV", "LIST -al -R dir x"],
    [229, 150],
    { type: "list", by: "LIST", flags: "alR", path: "dir x", argument: "-al -R dir x", facts: defaultFacts },
  ],
  [
    "REST before RETR",
    ["REST 7", "EPSV", "RETR a"],
    [350, 229, 150],
    { type: "retrieve", path: "a", offset: 7, representation: "A" },
  ],
  [
    "STOR of what ALLO announced",
    ["TYPE I", "ALLO 99", "EPSV", "STOR a"],
    [200, 200, 229, 150],
    { type: "store", how: "replace", path: "a", offset: 0, representation: "I", allocate: 99 },
  ],
  [
    "STOU",
    ["EPSV", "STOU"],
    [229, 150],
    { type: "store", how: "unique", path: undefined, offset: 0, representation: "A", allocate: undefined },
  ],
  [
    "SITE UTIME in both forms",
    ["SITE UTIME 202601020304 a b", "SITE UTIME a b 20260102030405 20260102030405 20260102030405 UTC"],
    [213, 213],
    { type: "touch", by: "UTIME", path: "a b", time: Date.UTC(2026, 0, 2, 3, 4, 5), text: "20260102030405" },
  ],
  [
    "OPTS MLST",
    ["OPTS MLST Size;foo;type;", "MLST a"],
    [200, 250],
    { type: "describe", path: "a", facts: ["type", "size"] },
  ],
  [
    "HASH with the algorithm chosen",
    ["OPTS HASH sha-1", "HASH a"],
    [200, 213],
    { type: "hash", algorithm: "SHA-1", path: "a" },
  ],
  [
    "XCRC of a file whose name ends in numbers",
    ["XCRC a 1 2"],
    [250],
    { path: "a 1 2", from: 0, to: undefined },
  ],
  [
    "XMD5 of all of a quoted name",
    ['XMD5 "a ""b"""'],
    [250],
    { by: "XMD5", algorithm: "MD5", path: 'a "b"' },
  ],
  ["XSHA256 up to an octet", ['XSHA256 "a" 7'], [250], { algorithm: "SHA-256", path: "a", from: 0, to: 7 }],
  ["XCRC of some octets", ['XCRC "a", 3, 7'], [250], { algorithm: "CRC32", path: "a", from: 3, to: 7 }],
  ["XCRC of what is no range", ['XCRC "a', 'XCRC "a" 7 3', 'XCRC "a"7', 'XCRC "" 1'], [501, 501, 501, 501]],
  ["HOST behind a login (RFC 7151 §3.2)", ["HOST localhost"], [503]],
  ["ABOR in the manner of Telnet, the DM lost", ["\xff\xf4\xffABOR"], [225]],
  ["ABOR in the manner of Telnet, the IAC lost", ["\xff\xf4\xf2ABOR"], [225]],
  ["Telnet options", ["\xff\xfd\x06NOOP", "NO\xff\xf1OP"], [200, 200]],
  ["STAT of a path without flags", ["STAT -l a"], [211], { type: "status", path: "a", flags: "l" }],
];

describe("after login", () => {
  it.each(ready.map(([what, lines, wanted, event]) => ({ what, lines, wanted, event })))(
    "$what",
    ({ lines, wanted, event }) => {
      const text = Buffer.from(`${LOGIN}${lines.map((line) => `${line}\r\n`).join("")}`, "latin1");
      for (const chunks of everySplit(text)) {
        const heard = converse(chunks);
        expect(codes(heard).slice(2)).toEqual(wanted);
        if (event !== undefined) expect(heard.events.at(-1)).toMatchObject(event);
      }
    },
  );
});

describe("HOST", () => {
  it.each([
    ["a name", "ftp.example.com", 220, "ftp.example.com"],
    ["an IPv4 address", "192.0.2.7", 220, "192.0.2.7"],
    ["an IPv6 address", "[::1]", 220, "::1"],
    ["no name", "a b", 501, undefined],
  ])("takes %s before USER", (_, argument, code, name) => {
    const heard = converse([`HOST ${argument}\r\nUSER ann\r\nHOST b\r\n`]);
    expect(codes(heard)).toEqual([code, 331, 503]);
    expect(heard.events.find(({ type }) => type === "host")).toEqual(
      name === undefined ? undefined : expect.objectContaining({ name }),
    );
  });
});

describe("MODE Z, where it is offered", () => {
  const lines = (...said: readonly string[]) =>
    converse([LOGIN, ...said.map((line) => `${line}\r\n`)], { modeZ: true });

  it("goes for every transfer behind it, with the level that was said, until MODE S", () => {
    const heard = lines("MODE Z", "OPTS MODE Z LEVEL 9", "EPSV", "RETR a");
    expect(codes(heard).slice(2)).toEqual([200, 200, 229, 150]);
    expect(heard.events.at(-1)).toMatchObject({ deflate: 9 });
    expect(lines("MODE Z", "EPSV", "LIST").events.at(-1)).toMatchObject({ deflate: 6 });
    expect(lines("MODE Z", "MODE S", "EPSV", "STOR a").events.at(-1)).toMatchObject({ deflate: undefined });
  });

  it("is in FEAT and STAT, and has no other options", () => {
    expect(lines("FEAT").said).toContain("\r\n MODE Z\r\n");
    expect(converse(["FEAT\r\n"]).said).not.toContain("MODE Z");
    expect(lines("MODE Z", "STAT").said).toContain("MODE: Z, deflated");
    expect(codes(lines("OPTS MODE Z LEVEL 10", "OPTS MODE S")).slice(2)).toEqual([501, 501]);
  });
});

describe("lines", () => {
  it("may end in LF alone: who types by hand has only that", () => {
    expect(codes(converse(["NOOP\nNOOP\n"]))).toEqual([200, 200]);
  });

  it.each([
    ["ftplib's ABOR has no LF", ["ABOR\r", "NOOP\r\n"]],
    ["its LF may come in the next segment", ["ABOR\r", "\n", "NOOP\r\n"]],
    ["or with the next command", ["ABOR\r", "\nNOOP\r\n"]],
    ["all in one", ["ABOR\rNOOP\r\n"]],
  ])("%s", (_, chunks) => {
    expect(codes(converse(chunks))).toEqual([225, 200]);
  });

  it("of which ABOR is only the beginning are no ABOR", () => {
    expect(codes(converse(["ABOR-\r\n", "ABORT\r\n"]))).toEqual([500, 500]);
  });

  it("that are too long are told so once, and the session goes on", () => {
    for (const chunk of [10, 4162, 100_000]) {
      const line = Buffer.from(`CWD ${"x".repeat(20_000)}ABOR\rx\r\nNOOP\r\n`);
      const chunks: Uint8Array[] = [];
      for (let at = 0; at < line.length; at += chunk) chunks.push(line.subarray(at, at + chunk));
      expect(codes(converse([LOGIN, ...chunks])).slice(2)).toEqual([500, 200]);
    }
    const longest = `CWD ${"x".repeat(4160 - 6)}`;
    expect(codes(converse([LOGIN, `${longest}\r\n`, `${longest}x\r\n`])).slice(2)).toEqual([250, 500]);
  });
});

describe("transfers", () => {
  const RETR = `${LOGIN}EPSV\r\nRETR a\r\n`;

  it("use up what was prepared, REST and ALLO, whatever becomes of them", () => {
    const refusing = converse(
      ["TYPE I\r\n", `${LOGIN}REST 5\r\nEPSV\r\nRETR a\r\nRETR a\r\nEPSV\r\nRETR b\r\n`],
      {},
      (event) =>
        event.type === "retrieve" && event.path === "a"
          ? [{ type: "reply", reply: { code: 550, lines: ["No"] } }]
          : undefined,
    );
    expect(codes(refusing).slice(-6)).toEqual([350, 229, 550, 425, 229, 150]);
    expect(refusing.events.at(-1)).toMatchObject({ path: "b", offset: 0 });
  });

  it("are answered behind the command that came before their end", () => {
    let pending = false;
    const heard = converse([RETR, "STAT\r\n"], {}, (event) => {
      if (event.type !== "status") return undefined;
      pending = true;
      return [
        { type: "finish", reply: { code: 226, lines: ["Done"] } },
        { type: "reply", reply: { code: 211, lines: ["Status"] } },
      ];
    });
    expect(pending).toBe(true);
    expect(codes(heard).slice(3)).toEqual([150, 211, 226]);
    expect(heard.state).toBe("ready");
  });

  it("hold the second one, and what comes behind it", () => {
    const held = converse([`${RETR}EPSV\r\nRETR b\r\nNOOP\r\n`]);
    expect(held.rest).toBe("paused");
    const after = converse([`${RETR}EPSV\r\nRETR b\r\nNOOP\r\n`, "<finish>", "<finish>"]);
    expect(codes(after).slice(3)).toEqual([150, 226, 229, 150, 200, 226]);
  });

  it("are finished though the client has said its last word", () => {
    const heard = converse([`${RETR}QUIT\r\n`, "<end>", "<finish>"]);
    expect(codes(heard).slice(3)).toEqual([150, 226, 221]);
    expect(heard.rest).toBe("closed");
    expect(converse([RETR, "<end>"]).rest).toBe("paused");
    expect(converse([RETR, "<end>", "<finish>"]).rest).toBe("closed");
  });

  it("end before we leave, and none begins", () => {
    expect(codes(converse([RETR, "<drain>", "NOOP\r\n", "<finish>"])).slice(3)).toEqual([150, 200, 226, 421]);
    expect(codes(converse([`${LOGIN}EPSV\r\n`, "<drain>", "RETR a\r\n"])).slice(3)).toEqual([421]);
  });
});

describe("logins", () => {
  const secure: Partial<FtpServerOptions> = { secure: true };

  it("end the session after so many failures (RFC 2577 §5)", () => {
    const wrong = "USER ann\r\nPASS wrong\r\n";
    const heard = converse([wrong.repeat(4)], { limits: { loginTries: 3 } });
    expect(codes(heard)).toEqual([331, 530, 331, 530, 331, 530, 421]);
    expect(heard.rest).toBe("FTP_LOGINS");
  });

  it("need no password where USER is answered with 230", () => {
    const heard = converse(["USER ann\r\nPASS x\r\nPWD\r\n"], {}, (event) =>
      event.type === "user" ? [{ type: "reply", reply: { code: 230, lines: ["In"] } }] : undefined,
    );
    expect(codes(heard)).toEqual([230, 503, 257]);
  });

  it("forget what was said before them, but for TLS (RFC 4217 §11)", () => {
    const heard = converse(
      [`PBSZ 0\r\nPROT P\r\n${LOGIN}TYPE I\r\nREST 9\r\n${LOGIN}EPSV\r\nRETR a\r\n`],
      secure,
    );
    expect(heard.events.at(-1)).toMatchObject({ representation: "A", offset: 0 });
    expect(heard.events.find(({ type }) => type === "protection")).toMatchObject({ level: "P" });
    const stat = converse([`PBSZ 0\r\nPROT P\r\n${LOGIN}STAT\r\n`], secure).said;
    expect(stat).toContain("data connections: TLS");
  });

  it("are forgotten by REIN", () => {
    const heard = converse([`${LOGIN}REIN\r\nPWD\r\n`]);
    expect(codes(heard).slice(2)).toEqual([220, 530]);
  });
});

describe("TLS", () => {
  it("is begun once, with nothing behind it read", () => {
    const heard = converse(["AUTH TLS\r\nUSER root\r\n"]);
    expect([codes(heard), heard.state, heard.rest]).toEqual([[234], "tls", "paused"]);
    expect(codes(converse(["AUTH TLS\r\n"], { secure: true }))).toEqual([503]);
    expect(codes(converse(["AUTH TLS\r\n"], { tls: false }))).toEqual([502]);
  });

  it("has a fresh core behind it, without a greeting", () => {
    expect(
      codes(
        converse(["PBSZ 0\r\nPROT S\r\nPROT X\r\nPROT P\r\nPROT C\r\n"], { secure: true, afterTls: true }),
        0,
      ),
    ).toEqual([200, 536, 504, 200, 200]);
  });
});

describe("the end", () => {
  it.each([
    ["wrong commands", ["FOO\r\n".repeat(4)], { errors: 3 }, "FTP_ERRORS"],
    ["commands", ["NOOP\r\n".repeat(4)], { commands: 3 }, "FTP_COMMANDS"],
  ])("comes after too many %s", (_, chunks, limits, code) => {
    const heard = converse(chunks, { limits });
    expect(heard.rest).toBe(code);
    expect(codes(heard).slice(-1)).toEqual([421]);
    expect(codes(heard)).toHaveLength(4);
  });

  it("comes to the silent with 421", () => {
    expect(codes(converse(["<timeout>"]))).toEqual([421]);
  });

  it("comes to a browser at once", () => {
    const heard = converse(["POST / HTTP/1.1\r\nHost: x\r\n\r\nUSER root\r\n"]);
    expect([codes(heard), heard.rest]).toEqual([[421], "FTP_HTTP"]);
  });

  it("is where 421 leads, whoever is greeted with it", () => {
    const heard = converse(["NOOP\r\n"], {}, (event) =>
      event.type === "connected" ? [{ type: "reply", reply: { code: 421, lines: ["Full"] } }] : undefined,
    );
    expect([heard.said, heard.rest]).toEqual(["421 Full\r\n", "closed"]);
  });
});

it("runs no clock while it is our turn or a transfer's", () => {
  expect(converse([""]).rest).toBe("need-data");
});
