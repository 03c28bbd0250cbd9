/** Greeting, EHLO, TLS and login: what a session must stand on, and who tries to take it away. */
import { makeCertificates, SmtpPeer, type SmtpPeerOptions } from "@socketscope/testkit";
import {
  LoginServer,
  PlainServer,
  scramKeys,
  ScramServer,
  type SaslServer,
  type SaslStep,
} from "@socketscope/wire/sasl";
import { beforeAll, describe, expect, it } from "vitest";
import { scramCrypto } from "../src/scram-crypto.ts";
import type { DialogueLine, Login } from "../src/index.ts";
import { connect, content, envelope, failure } from "./sending.ts";

let ca: string;
let certificate: { readonly key: string; readonly cert: string };
let foreign: { readonly key: string; readonly cert: string };
let keys: Awaited<ReturnType<typeof scramKeys>>;

beforeAll(async () => {
  keys = await scramKeys(scramCrypto, "secret", Buffer.from("salt"), 4096);
  const made = makeCertificates(["127.0.0.1"], ["other.test"]);
  const [ours, other] = made.certificates;
  if (ours === undefined || other === undefined) throw new TypeError("two certificates");
  ca = made.ca;
  certificate = ours;
  foreign = other;
});

describe("hello", () => {
  it.each([500, 502, 504, 550])("%i to EHLO: HELO (RFC 5321 §3.2)", async (code) => {
    await using peer = await SmtpPeer.listen({
      answer: (line) => (line.startsWith("EHLO") ? `${code} what` : undefined),
    });
    const session = await connect(peer);
    expect(session.hello).toBe("HELO");
    await session.send(envelope(), content("x\r\n"));
    expect(peer.lines.slice(0, 3)).toEqual(["EHLO me.test", "HELO me.test", "MAIL FROM:<me@me.test>"]);
  });

  it("is said again under TLS, and only that counts (RFC 3207 §4.2)", async () => {
    await using peer = await SmtpPeer.listen({
      certificate,
      answer: (line, { secure }) =>
        line.startsWith("EHLO") && !secure
          ? "250-peer.test\r\n250-STARTTLS\r\n250-CHUNKING\r\n250 DSN"
          : undefined,
      offers: ["SIZE 77"],
    });
    const session = await connect(peer, { tls: "required", ca });
    expect(session.extensions).toMatchObject({ size: 77, chunking: false, dsn: false });
    expect(peer.lines).toEqual(["EHLO me.test", "STARTTLS", "EHLO me.test"]);
    expect([session.secured?.protocol, session.verified]).toEqual(["TLSv1.3", true]);
    await session.send(envelope(), content("x\r\n"));
    expect(peer.messages).toEqual(["x\r\n"]);
    await session.quit();
  });
});

describe("TLS", () => {
  it("opportunistic: where it is offered, unverified unless asked; else in the clear", async () => {
    await using secure = await SmtpPeer.listen({ certificate: foreign });
    const session = await connect(secure, { tls: "opportunistic" });
    expect([session.secured !== undefined, session.verified]).toEqual([true, false]);
    expect(await failure(connect(secure, { tls: "opportunistic", ca, verify: true }))).toMatch(
      /^SocketError TLS:/,
    );
    await using plain = await SmtpPeer.listen();
    expect((await connect(plain, { tls: "opportunistic" })).secured).toBeUndefined();
  });

  it("opportunistic: a server that refuses what it offers is spoken to in the clear", async () => {
    await using peer = await SmtpPeer.listen({
      certificate,
      answer: (line) => (line === "STARTTLS" ? "454 4.7.0 not now" : undefined),
    });
    const session = await connect(peer, { tls: "opportunistic" });
    expect([session.secured, session.usable]).toEqual([undefined, true]);
  });

  it.each<readonly [what: string, options: () => SmtpPeerOptions, text: RegExp]>([
    ["no STARTTLS: stripped or not there", () => ({}), /TLS_MISSING: .*took the offer out/],
    [
      "STARTTLS overwritten",
      () => ({ offers: ["SIZE", "XXXXXXXA"] }),
      /TLS_MISSING: .*"XXXXXXXA": something on the way takes TLS out/,
    ],
    [
      "HELO only",
      () => ({ answer: (line) => (line.startsWith("EHLO") ? "502 no" : undefined) }),
      /TLS_MISSING/,
    ],
    [
      "STARTTLS refused",
      () => ({ certificate, answer: (line) => (line === "STARTTLS" ? "454 4.7.0 not now" : undefined) }),
      /TLS_REFUSED: the server offers STARTTLS and refuses it: 454 4.7.0 not now/,
    ],
    [
      "octets behind the 220: somebody injects replies",
      () => ({
        certificate,
        answer: (line) => (line === "STARTTLS" ? "220 go on\r\n250 injected\r\n" : undefined),
      }),
      /PLAINTEXT_BEFORE_TLS/,
    ],
    [
      "half a reply behind the 220",
      () => ({ certificate, answer: (line) => (line === "STARTTLS" ? "220 go on\r\n250-inj\n" : undefined) }),
      /PLAINTEXT_BEFORE_TLS/,
    ],
    ["another's certificate", () => ({ certificate: foreign }), /SocketError TLS: .*altnames/],
    [
      "no TLS behind the 220",
      () => ({
        answer: (line) =>
          line.startsWith("EHLO") ? "250-x\r\n250 STARTTLS" : line === "STARTTLS" ? "220 go" : undefined,
      }),
      /SocketError (?:TLS|TIMED_OUT)/,
    ],
  ])("required: %s", async (_what, options, text) => {
    await using peer = await SmtpPeer.listen(options());
    const lines: string[] = [];
    const attempt = connect(peer, {
      tls: "required",
      ca,
      deadlines: { tls: 400 },
      login: { user: "u", password: "secret" },
      onDialogue: ({ text: line }) => lines.push(line),
    });
    expect(await failure(attempt)).toMatch(text);
    // Nothing that matters has been said in the clear.
    expect(peer.lines.join("|")).not.toMatch(/AUTH|MAIL/);
  });

  it("an authority that nobody named is not believed", async () => {
    await using peer = await SmtpPeer.listen({ certificate });
    expect(await failure(connect(peer, { tls: "required" }))).toMatch(/^SocketError TLS/);
    const unverified = await connect(peer, { tls: "required", verify: false });
    expect(unverified.verified).toBe(false);
  });
});

/** A peer that logs in `u` with the password `secret`. */
function withLogin(mechanisms: readonly string[], more: SmtpPeerOptions = {}): SmtpPeerOptions {
  const servers: Readonly<Record<string, () => SaslServer>> = {
    PLAIN: () => new PlainServer(),
    LOGIN: () => new LoginServer(),
    "SCRAM-SHA-256": () => new ScramServer(scramCrypto, Buffer.from("x")),
  };
  const known = {
    verify: (password: string) => password === "secret",
    scram: keys,
  };
  let sasl: SaslServer | undefined;
  const told = (step: SaslStep): string | null => {
    switch (step.type) {
      case "challenge":
        return `334 ${Buffer.from(step.octets).toString("base64")}`;
      case "lookup":
        return null;
      case "success":
        return "235 2.7.0 welcome";
      case "failure":
        return "535 5.7.8 wrong";
    }
  };
  return {
    offers: [`AUTH ${mechanisms.join(" ")}`],
    ...more,
    answer: (line, connection) => {
      const given = more.answer?.(line, connection);
      if (given !== undefined) return given;
      const [, name, initial] = /^AUTH (\S+)(?: (\S+))?$/.exec(line) ?? [];
      if (name !== undefined) sasl = servers[name]?.();
      else if (!/^[A-Za-z0-9+/]*=*$/.test(line) || sasl === undefined || /^(?:DATA|RSET|QUIT)$/.test(line))
        return undefined;
      if (sasl === undefined) return "504 no";
      const octets = Buffer.from(name === undefined ? line : (initial ?? ""), "base64");
      const step =
        name === undefined ? sasl.respond(octets) : sasl.begin(initial === undefined ? undefined : octets);
      if (step.type !== "lookup") return told(step);
      void Promise.resolve(sasl.judge(step.user === "u" ? known : undefined)).then((judged) =>
        connection.say(`${told(judged) ?? ""}\r\n`),
      );
      return null;
    },
  };
}

describe("login", () => {
  const login: Login = { user: "u", password: "secret", allowClear: true };

  it.each([
    [["LOGIN"], "LOGIN"],
    [["LOGIN", "PLAIN"], "PLAIN"],
    [["LOGIN", "PLAIN", "SCRAM-SHA-256"], "SCRAM-SHA-256"],
    [["GSSAPI", "scram-sha-256"], "SCRAM-SHA-256"],
  ])("%j: %s", async (offered, mechanism) => {
    await using peer = await SmtpPeer.listen(withLogin(offered));
    const lines: DialogueLine[] = [];
    const session = await connect(peer, { login, onDialogue: (line) => lines.push(line) });
    expect([session.mechanism, session.usable]).toEqual([mechanism, true]);
    await session.send(envelope(), content("x\r\n"));
    expect(peer.messages).toEqual(["x\r\n"]);
    const shown = JSON.stringify(lines);
    for (const secret of ["secret", "c2VjcmV0", Buffer.from("\0u\0secret").toString("base64")])
      expect(shown).not.toContain(secret);
  });

  it("the mechanism that is asked for, and no other", async () => {
    await using peer = await SmtpPeer.listen(withLogin(["LOGIN", "PLAIN"]));
    expect((await connect(peer, { login: { ...login, mechanism: "LOGIN" } })).mechanism).toBe("LOGIN");
    expect(await failure(connect(peer, { login: { ...login, mechanism: "SCRAM-SHA-256" } }))).toBe(
      "SmtpError AUTH_MISSING: the server offers AUTH LOGIN PLAIN, and not SCRAM-SHA-256",
    );
  });

  it("a password longer than the command's line waits for the challenge (RFC 4954 §4)", async () => {
    await using peer = await SmtpPeer.listen(withLogin(["PLAIN"]));
    const password = "x".repeat(500);
    expect(await failure(connect(peer, { login: { ...login, password } }))).toMatch(/AUTH_REFUSED/);
    expect(peer.lines[1]).toBe("AUTH PLAIN");
    expect(peer.lines[2]).toBe(Buffer.from(`\0u\0${password}`).toString("base64"));
  });

  it.each(["LOGIN", "PLAIN", "SCRAM-SHA-256"])("a wrong password by %s", async (mechanism) => {
    await using peer = await SmtpPeer.listen(withLogin([mechanism]));
    expect(await failure(connect(peer, { login: { ...login, password: "wrong" } }))).toBe(
      `SmtpError AUTH_REFUSED: the server refuses the login by ${mechanism}: 535 5.7.8 wrong`,
    );
    expect(peer.lines.at(-1)).toBe("QUIT");
  });

  it("never in the clear unless that is allowed", async () => {
    await using peer = await SmtpPeer.listen(withLogin(["PLAIN", "SCRAM-SHA-256"]));
    expect(await failure(connect(peer, { login: { user: "u", password: "secret" } }))).toMatch(
      /AUTH_IN_CLEAR/,
    );
    expect(peer.lines).toEqual(["EHLO me.test", "QUIT"]);
  });

  it("under TLS without being allowed", async () => {
    await using peer = await SmtpPeer.listen(withLogin(["PLAIN"], { certificate }));
    const session = await connect(peer, { tls: "required", ca, login: { user: "u", password: "secret" } });
    expect(session.mechanism).toBe("PLAIN");
  });

  it.each<readonly [what: string, mechanism: string, answers: readonly string[], text: RegExp]>([
    ["success at once to SCRAM", "SCRAM-SHA-256", ["235 welcome"], /AUTH_SERVER/],
    [
      "success before the proof",
      "SCRAM-SHA-256",
      ["334 cj1hLHM9YWFhYSxpPTQwOTY=", "235 welcome"],
      /AUTH_SERVER/,
    ],
    ["a challenge that is no base64", "SCRAM-SHA-256", ["334 ???", "501 cancelled"], /AUTH_SERVER/],
    [
      "a server's nonce that is not ours",
      "SCRAM-SHA-256",
      ["334 cj1hLHM9YWFhYSxpPTQwOTY=", "501 x"],
      /AUTH_SERVER/,
    ],
    ["a third question to LOGIN", "LOGIN", ["334 ", "334 ", "334 ", "501 x"], /AUTH_SERVER/],
    ["354 to AUTH", "PLAIN", ["354 go"], /PROTOCOL/],
    ["432, change your password", "PLAIN", ["432 4.7.12 change it"], /AUTH_REFUSED: .*432 4\.7\.12/],
    ["421 to AUTH", "PLAIN", ["421 4.7.0 too many"], /AUTH_REFUSED: .*421/],
    ["no login at all", "", [], /AUTH_MISSING: the server offers no login/],
  ])("%s", async (_what, mechanism, answers, text) => {
    const left = [...answers];
    await using peer = await SmtpPeer.listen({
      offers: mechanism === "" ? [] : [`AUTH ${mechanism}`],
      answer: (line) => (/^(?:EHLO|QUIT)/.test(line) ? undefined : (left.shift() ?? "500 what")),
    });
    expect(await failure(connect(peer, { login }))).toMatch(text);
  });
});
