/** Generated from the table: each command in each state, with each outcome. RFC 959 §5.4, §6. */
import { describe, expect, it } from "vitest";
import {
  commands,
  FtpServer,
  reply,
  verbs,
  type FtpServerAction,
  type FtpState,
  type Verb,
} from "../../src/index.ts";
import { begin, codes, converse, finish, LOGIN, said, standard, standardAnswer } from "./support.ts";

const ways: Readonly<Partial<Record<FtpState, string>>> = {
  start: "",
  password: "USER ann\r\n",
  ready: LOGIN,
  rename: `${LOGIN}RNFR a\r\n`,
};

/** How each is said, what a legal one is answered (with what it needs said before), and when it fails at the file. */
const table: Readonly<Record<Verb, readonly [line: string, good: number, before?: string]>> = {
  USER: ["USER ann", 331],
  PASS: ["PASS x", 230],
  ACCT: ["ACCT x", 202],
  CWD: ["CWD a", 250],
  XCWD: ["XCWD a", 250],
  CDUP: ["CDUP", 250],
  XCUP: ["XCUP", 250],
  SMNT: ["SMNT a", 502],
  REIN: ["REIN", 220],
  QUIT: ["QUIT", 221],
  PORT: ["PORT 127,0,0,1,4,1", 200],
  PASV: ["PASV", 227],
  EPRT: ["EPRT |1|127.0.0.1|1025|", 200],
  EPSV: ["EPSV", 229],
  TYPE: ["TYPE I", 200],
  STRU: ["STRU F", 200],
  MODE: ["MODE S", 200],
  REST: ["REST 5", 350],
  ALLO: ["ALLO 5", 200],
  RETR: ["RETR a", 150, "EPSV"],
  STOR: ["STOR a", 150, "EPSV"],
  STOU: ["STOU", 150, "EPSV"],
  APPE: ["APPE a", 150, "EPSV"],
  LIST: ["LIST -al a", 150, "EPSV"],
  NLST: ["NLST", 150, "EPSV"],
  MLSD: ["MLSD", 150, "EPSV"],
  MLST: ["MLST a", 250],
  RNFR: ["RNFR a", 350],
  RNTO: ["RNTO b", 250],
  ABOR: ["ABOR", 225],
  DELE: ["DELE a", 250],
  RMD: ["RMD a", 250],
  XRMD: ["XRMD a", 250],
  MKD: ["MKD a", 257],
  XMKD: ["XMKD a", 257],
  PWD: ["PWD", 257],
  XPWD: ["XPWD", 257],
  SIZE: ["SIZE a", 213],
  MDTM: ["MDTM a", 213],
  MFMT: ["MFMT 20260101000000 a", 213],
  HASH: ["HASH a", 213],
  XCRC: ["XCRC a", 250],
  XMD5: ["XMD5 a", 250],
  XSHA: ["XSHA a", 250],
  XSHA1: ["XSHA1 a", 250],
  XSHA256: ["XSHA256 a", 250],
  XSHA512: ["XSHA512 a", 250],
  AVBL: ["AVBL", 213],
  SITE: ["SITE CHMOD 644 a", 200],
  SYST: ["SYST", 215],
  STAT: ["STAT", 211],
  HELP: ["HELP", 214],
  NOOP: ["NOOP", 200],
  FEAT: ["FEAT", 211],
  OPTS: ["OPTS UTF8 ON", 200],
  CLNT: ["CLNT x", 200],
  HOST: ["HOST localhost", 220],
  AUTH: ["AUTH TLS", 234],
  CCC: ["CCC", 503],
  PBSZ: ["PBSZ 0", 503],
  PROT: ["PROT P", 503],
};

const needsLogin = (verb: Verb): boolean => !(commands[verb].legalIn as readonly string[]).includes("start");

describe.each(Object.entries(ways))("in state %s", (state, way) => {
  it.each(verbs)("%s", (verb) => {
    const [line, good, before] = table[verb];
    expect(converse([way]).state).toBe(state);
    const legal = (commands[verb].legalIn as readonly string[]).includes(state);
    const heard = converse([`${way}${before === undefined ? "" : `${before}\r\n`}${line}\r\n`]);
    const denied = verb === "PASS" || verb === "HOST" || (verb === "RNTO" && state === "ready") ? 503 : 530;
    expect(codes(heard).at(-1)).toBe(legal ? good : denied);
    if (!legal) expect(needsLogin(verb) || verb === "HOST").toBe(true);
  });

  it.each(verbs)("%s that fails leaves the session usable", (verb) => {
    if (!(commands[verb].legalIn as readonly string[]).includes(state)) return;
    const [line, good, before] = table[verb];
    const prefix = `${way}${before === undefined ? "" : `${before}\r\n`}`;
    const asked = converse([prefix]).events.length;
    let index = 0;
    const heard = converse([prefix, `${line}\r\n`, "NOOP\r\n"], {}, (event) =>
      index++ === asked && event.type !== "refused" ? [said(550)] : undefined,
    );
    expect(codes(heard).slice(-2)).toEqual([good >= 500 ? good : 550, 200]);
    expect(heard.state).toBe(
      verb === "USER" || verb === "PASS" ? "start" : state === "rename" ? "ready" : state,
    );
  });
});

describe("after a positive answer", () => {
  it.each(verbs)("%s leads where the table says", (verb) => {
    const [line, , before] = table[verb];
    const rule = commands[verb];
    const legalIn: readonly FtpState[] = rule.legalIn;
    for (const state of legalIn) {
      const heard = converse([
        `${ways[state] ?? ""}${before === undefined ? "" : `${before}\r\n`}${line}\r\n`,
      ]);
      if ((codes(heard).at(-1) ?? 0) >= 400) continue;
      const stays = state === "rename" ? "ready" : state;
      expect([state, heard.state]).toEqual([state, rule.leadsTo === "same" ? stays : rule.leadsTo]);
    }
  });
});

describe("while a transfer runs", () => {
  const way = `${LOGIN}EPSV\r\nRETR a\r\n`;
  it.each(verbs)("%s is answered at once or held, as the table says", (verb) => {
    const rule = commands[verb];
    if (!(rule.legalIn as readonly string[]).includes("ready")) return;
    const [line] = table[verb];
    const during = converse([way, `${line}\r\n`]);
    if (rule.during === "held") {
      expect(during.rest).toBe("paused");
      expect(codes(during).at(-1)).toBe(150);
      const after = codes(converse([way, `${line}\r\n`, "<finish>"]));
      expect(after.slice(4, 5)).toEqual([226]);
      expect(after).toHaveLength(6);
    } else if (verb === "ABOR") expect(codes(during).slice(-2)).toEqual([426, 226]);
    else {
      expect(codes(during).slice(3)).toEqual([150, table[verb][1]]);
      expect(codes(converse([way, `${line}\r\n`, "<finish>"])).at(-1)).toBe(226);
    }
  });
});

it("knows no state that no test reaches, beside those between two answers", () => {
  const reached = new Set([...Object.keys(ways), "greeting", "tls", "closed"]);
  for (const { legalIn } of Object.values(commands))
    for (const state of legalIn) expect(reached).toContain(state);
});

describe("refuses to answer what nobody asked", () => {
  const ready = (): FtpServer => {
    const core = new FtpServer(standard);
    core.next();
    core.send(said(220));
    return core;
  };
  it.each<[string, FtpServerAction, string]>([
    ["a reply", said(200), "nothing waits for"],
    ["an address", { type: "passive", host: "127.0.0.1", port: 1 }, "nobody asked"],
    ["a beginning", begin, "nobody asked for"],
    ["an end", finish(), "no transfer runs"],
  ])("%s", (_, action, text) => {
    expect(() => ready().send(action)).toThrow(text);
  });

  it("a transfer that begins with 226, or is answered before ABOR ended it", () => {
    const core = ready();
    core.receive(Buffer.from(`${LOGIN}EPSV\r\nRETR a\r\n`));
    for (let event = core.next(); typeof event !== "string"; event = core.next()) {
      if (event.type === "retrieve") break;
      for (const action of standardAnswer(event)) core.send(action);
    }
    expect(() => core.send({ type: "begin", reply: reply(226, "Done") })).toThrow("begins no transfer");
    core.send(begin);
    core.receive(Buffer.from("ABOR\r\n"));
    core.next();
    expect(() => core.send(said(226))).toThrow("before ABOR");
  });
});
