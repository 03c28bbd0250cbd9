/** What a client says, and what each response leads to. */
import { LocalError } from "@socketscope/wire";
import { describe, expect, it } from "vitest";
import {
  parseCapabilities,
  parseScanListing,
  parseStat,
  parseUniqueId,
  Pop3Client,
  pop3ClientLegality,
  type Pop3ClientAction,
  type Pop3ClientState,
} from "../../src/index.ts";
import {
  ALL,
  auth,
  CAPA,
  capaReply,
  dele,
  greeted,
  heard,
  inside,
  LIST,
  NOOP,
  PASS,
  QUIT,
  respond,
  retr,
  RSET,
  sent,
  STAT,
  STLS,
  top,
  UIDL,
  USER,
} from "./told.ts";

type Step = Pop3ClientAction | string;

/** Actions are said, strings are heard; what came of each step. */
function play(core: Pop3Client, steps: readonly Step[]): readonly string[] {
  return steps.flatMap((step) =>
    typeof step === "string" ? heard(core, step) : sent(core, step).split("\r\n").slice(0, -1),
  );
}

describe("a conversation", () => {
  it("says what RFC 1939 §10 says, with USER in place of APOP", () => {
    expect(
      play(new Pop3Client(), [
        "+OK POP3 server ready\r\n",
        USER,
        "+OK\r\n",
        PASS,
        "+OK mrose's maildrop has 2 messages (320 octets)\r\n",
        STAT,
        "+OK 2 320\r\n",
        LIST,
        "+OK 2 messages (320 octets)\r\n1 120\r\n2 200\r\n.\r\n",
        retr(1),
        "+OK 120 octets\r\nSubject: x\r\n\r\n..dot\r\n.\r\n",
        dele(1),
        "+OK message 1 deleted\r\n",
        QUIT,
        "+OK dewey POP3 server signing off (maildrop empty)\r\n",
      ]),
    ).toEqual([
      "greeting +OK POP3 server ready",
      "need-data",
      "USER ann",
      "USER +OK",
      "need-data",
      "PASS se cret",
      "PASS +OK mrose's maildrop has 2 messages (320 octets)",
      "need-data",
      "STAT",
      "STAT +OK 2 320",
      "need-data",
      "LIST",
      "LIST +OK 2 messages (320 octets)",
      "LIST: 1 120",
      "LIST: 2 200",
      "end LIST",
      "need-data",
      "RETR 1",
      "RETR +OK 120 octets",
      String.raw`piece "Subject: x\r\n\r\n.dot\r\n"`,
      "end RETR",
      "need-data",
      "DELE 1",
      "DELE +OK message 1 deleted",
      "need-data",
      "QUIT",
      "QUIT +OK dewey POP3 server signing off (maildrop empty)",
      "closed",
    ]);
  });

  it("may only leave when it is turned away", () => {
    const core = new Pop3Client();
    expect(heard(core, "-ERR [SYS/TEMP] full\r\n")).toEqual(["greeting -ERR [SYS/TEMP] full", "need-data"]);
    expect(core.state).toBe("refused");
    expect(() => core.send(USER)).toThrow(LocalError);
    expect(play(core, [QUIT, "+OK\r\n"])).toEqual(["QUIT", "QUIT +OK", "closed"]);
  });

  it("begins behind STLS without a greeting, and has forgotten what was offered (RFC 2595 §4)", () => {
    const core = new Pop3Client({ greeted: true });
    expect([core.state, core.waitingFor, core.capabilities.sasl]).toEqual(["authorization", "us", []]);
    expect(play(core, [CAPA, capaReply(["SASL PLAIN"])])).toEqual([
      "CAPA",
      "CAPA +OK",
      "CAPA: SASL PLAIN",
      "end CAPA",
      "need-data",
    ]);
    expect(core.capabilities.sasl).toEqual(["PLAIN"]);
  });

  it("leaves the socket to TLS behind +OK to STLS, and what came behind it unread", () => {
    const core = greeted();
    core.send(STLS);
    expect(heard(core, "+OK go\r\n+OK injected\r\n")).toEqual(["STLS +OK go", "paused"]);
    expect(core.state).toBe("securing");
    expect(new TextDecoder().decode(core.unread())).toBe("+OK injected\r\n");
  });

  it.each<readonly [what: string, steps: readonly Step[], state: Pop3ClientState]>([
    ["STLS is refused", [STLS, "-ERR no\r\n"], "authorization"],
    ["USER is refused", [USER, "-ERR no\r\n"], "authorization"],
    ["USER is taken", [USER, "+OK\r\n"], "named"],
    ["another USER", [USER, "+OK\r\n", USER, "-ERR\r\n"], "authorization"],
    ["PASS is refused", [USER, "+OK\r\n", PASS, "-ERR [AUTH] no\r\n"], "authorization"],
    ["AUTH is refused", [auth("PLAIN", "x"), "-ERR [AUTH] no\r\n"], "authorization"],
    ["AUTH is taken", [auth("PLAIN", "x"), "+OK\r\n"], "transaction"],
    ["QUIT without a login", [QUIT, "+OK\r\n"], "closed"],
    ["QUIT is refused", [QUIT, "-ERR some stay\r\n"], "closed"],
  ])("%s", (_what, steps, state) => {
    const core = greeted();
    play(core, steps);
    expect([core.state, core.outstanding]).toEqual([state, []]);
  });

  it("logs in with an initial response, = when it is empty (RFC 5034 §4)", () => {
    expect(play(greeted(), [auth("PLAIN", "\0u\0p"), "+OK\r\n"])).toEqual([
      "AUTH PLAIN AHUAcA==",
      "AUTH +OK",
      "need-data",
    ]);
    expect(sent(greeted(), auth("PLAIN", ""))).toBe("AUTH PLAIN =\r\n");
  });

  it("answers challenges, and cancels one that is no base64", () => {
    expect(
      play(greeted(), [
        auth("SCRAM-SHA-256"),
        "+ \r\n",
        respond("x"),
        "+ eQ==\r\n",
        respond(""),
        "+\r\n",
        respond("z"),
        "+ ???\r\n",
        respond("*"),
        "-ERR cancelled\r\n",
      ]),
    ).toEqual([
      "AUTH SCRAM-SHA-256",
      "challenge ",
      "need-data",
      "eA==",
      "challenge y",
      "need-data",
      "",
      "challenge ",
      "need-data",
      "eg==",
      "challenge ?",
      "need-data",
      "*",
      "AUTH -ERR cancelled",
      "need-data",
    ]);
  });

  it("knows what a server without CAPA offers: nothing", () => {
    const core = new Pop3Client();
    expect(play(core, ["+OK\r\n", CAPA, "-ERR what\r\n"])).toContain("CAPA -ERR what");
    expect(() => core.send(STLS)).toThrow("does not offer STLS");
    expect(() => core.send(auth("PLAIN"))).toThrow("does not offer AUTH PLAIN");
  });
});

describe("sent ahead (RFC 2449 §6.6)", () => {
  it("each response and content is matched to its command, in order", () => {
    const core = inside([STAT, retr(1), retr(2), LIST, { type: "list", number: 1 }, top(1, 0), NOOP, QUIT]);
    expect(core.outstanding).toEqual(["STAT", "RETR", "RETR", "LIST", "LIST", "TOP", "NOOP", "QUIT"]);
    expect(
      heard(
        core,
        "+OK 1 3\r\n+OK\r\na\r\n.\r\n-ERR gone\r\n+OK\r\n1 3\r\n.\r\n+OK 1 3\r\n+OK\r\n\r\n.\r\n+OK\r\n+OK bye\r\n",
      ),
    ).toEqual([
      "STAT +OK 1 3",
      "RETR +OK",
      String.raw`piece "a\r\n"`,
      "end RETR",
      "RETR -ERR gone",
      "LIST +OK",
      "LIST: 1 3",
      "end LIST",
      "LIST +OK 1 3",
      "TOP +OK",
      String.raw`piece "\r\n"`,
      "end TOP",
      "NOOP +OK",
      "QUIT +OK bye",
      "closed",
    ]);
  });

  it("one thing after the other where PIPELINING is not offered", () => {
    const core = inside([STAT], ["USER"]);
    expect(() => core.send(retr(1))).toThrow(/without PIPELINING/);
    heard(core, "+OK 1 3\r\n");
    expect(sent(core, retr(1))).toBe("RETR 1\r\n");
  });

  it("nothing behind what decides where we are", () => {
    const core = greeted();
    core.send(CAPA);
    for (const action of [STLS, USER, auth("PLAIN", "x")])
      expect(() => core.send(action)).toThrow("is sent on its own");
  });

  it("no more than the limit", () => {
    const core = inside([NOOP, NOOP, NOOP], ALL, { outstanding: 3 });
    expect(() => core.send(NOOP)).toThrow(/3 commands wait/);
  });
});

describe("legality", () => {
  const EVERY: readonly Pop3ClientAction[] = [
    CAPA,
    STLS,
    USER,
    PASS,
    auth("PLAIN", "x"),
    respond("x"),
    STAT,
    LIST,
    UIDL,
    retr(1),
    top(1, 1),
    dele(1),
    NOOP,
    RSET,
    QUIT,
  ];
  /** A fresh core in each state, with nothing outstanding where that is possible. */
  const PLACES: Readonly<Record<Pop3ClientState, () => Pop3Client>> = {
    greeting: () => new Pop3Client(),
    refused: () => after(new Pop3Client(), "-ERR\r\n"),
    authorization: () => greeted(),
    named: () => after(said(greeted(), USER), "+OK\r\n"),
    challenged: () => after(said(greeted(), auth("PLAIN")), "+ \r\n"),
    transaction: () => inside(),
    held: () => said(greeted(), USER),
    securing: () => after(said(greeted(), STLS), "+OK\r\n"),
    quitting: () => said(inside(), QUIT),
    closed: () => after(said(inside(), QUIT), "+OK\r\n"),
  };
  function said(core: Pop3Client, action: Pop3ClientAction): Pop3Client {
    core.send(action);
    return core;
  }
  function after(core: Pop3Client, text: string): Pop3Client {
    heard(core, text);
    return core;
  }

  it.each(Object.entries(PLACES))("while %s: what the table says", (state, make) => {
    expect(EVERY.map(({ type }) => type).toSorted()).toEqual(Object.keys(pop3ClientLegality).toSorted());
    for (const action of EVERY) {
      const core = make();
      expect(core.state).toBe(state);
      const { legal, leads } = pop3ClientLegality[action.type];
      if (legal.some((each) => each === state)) {
        expect(sent(core, action)).toMatch(/\r\n$/);
        expect(core.state).toBe(leads === "same" ? state : leads);
      } else expect(() => core.send(action), action.type).toThrow(LocalError);
    }
  });
});

describe("arguments", () => {
  it.each<readonly [what: string, action: Pop3ClientAction]>([
    ["a name that begins another command", { type: "user", name: "a\r\nDELE 1" }],
    ["a name without letters", { type: "user", name: "" }],
    ["a name with NUL", { type: "user", name: "a\0" }],
    ["a name of 300 letters", { type: "user", name: "a".repeat(300) }],
    ["a mechanism that is none", { type: "auth", mechanism: "PLAIN x" }],
    ["one that is not offered", { type: "auth", mechanism: "LOGIN" }],
    ["an initial response that is too long", auth("PLAIN", "x".repeat(200))],
  ])("refuses %s, and is as it was", (_what, action) => {
    const core = greeted();
    expect(() => core.send(action)).toThrow(LocalError);
    expect([core.state, core.outstanding]).toEqual(["authorization", []]);
  });

  it.each([retr(0), retr(1.5), retr(Number.NaN), retr(-1), retr(1e12), dele(0), top(1, -1), top(0, 1)])(
    "refuses %j",
    (action) => {
      expect(() => inside().send(action)).toThrow(/is no number of POP3's/);
    },
  );

  it("refuses a response to a challenge that no server reads", () => {
    const core = greeted();
    core.send(auth("PLAIN"));
    heard(core, "+ \r\n");
    expect(() => core.send(respond("x".repeat(12_000)))).toThrow(LocalError);
  });
});

describe("what stands in the lines", () => {
  it.each([
    ["2 320", { messages: 2, octets: 320 }],
    ["0 0", { messages: 0, octets: 0 }],
    ["2 320 and more", { messages: 2, octets: 320 }],
    ["2", undefined],
    ["a 3", undefined],
    ["-1 3", undefined],
    ["99999999999 3", undefined],
  ])("STAT %j", (text, expected) => expect(parseStat(text)).toEqual(expected));

  it.each([
    ["1 120", { number: 1, octets: 120 }],
    ["1 120 extra", { number: 1, octets: 120 }],
    ["0 120", undefined],
    ["1 x", undefined],
    [" 1 2", undefined],
  ])("LIST %j", (line, expected) => expect(parseScanListing(line)).toEqual(expected));

  it.each([
    ["1 whqtswO00WBw418f9t5JxYwZ", { number: 1, id: "whqtswO00WBw418f9t5JxYwZ" }],
    ["2 ../..", { number: 2, id: "../.." }],
    ["1 a b", undefined],
    ["1 \u00fc", undefined],
    ["1", undefined],
    ["0 a", undefined],
  ])("UIDL %j", (line, expected) => expect(parseUniqueId(line)).toEqual(expected));

  it("CAPA, in any case", () => {
    const offered = parseCapabilities(["stls", "Sasl plain  Login", "LOGIN-DELAY 900", "", "X y"]);
    expect(offered).toMatchObject({ stls: true, pipelining: false, sasl: ["PLAIN", "LOGIN"] });
    expect(offered.keywords.get("LOGIN-DELAY")).toEqual(["900"]);
  });
});
