/** `mail-client verify`: what it says of servers that do well and of servers that do not. */
import { makeCertificates, SmtpPeer, type SmtpPeerOptions } from "@socketscope/testkit";
import { beforeAll, describe, expect, it } from "vitest";
import { EXIT } from "../src/exit-code.ts";
import { falseEnds, shown } from "../src/smuggling.ts";
import { askedToVerify } from "./asked.ts";

interface Found {
  readonly name: string;
  readonly verdict: string;
  readonly text: string;
}

let certificate: { readonly key: string; readonly cert: string };

beforeAll(() => {
  const [made] = makeCertificates(["127.0.0.1"]).certificates;
  if (made === undefined) throw new TypeError("a certificate");
  certificate = made;
});

const seen = (peer: SmtpPeer): readonly string[] => [
  "-s",
  `127.0.0.1:${peer.port}`,
  "--silence",
  "60ms",
  "--timeout",
  "5",
];

async function findings(peer: SmtpPeer, ...more: readonly string[]) {
  const ended = await askedToVerify([...seen(peer), "--json", ...more]);
  const told: { readonly findings: readonly Found[]; readonly keywords: readonly string[] } = JSON.parse(
    ended.output,
  );
  const verdicts = Object.fromEntries(told.findings.map(({ name, verdict }) => [name, verdict]));
  return {
    ...ended,
    ...told,
    verdicts,
    texts: Object.fromEntries(told.findings.map(({ name, text }) => [name, text])),
  };
}

/** Order and parameters are judged as RFC 5321 has it. */
function strict(more: SmtpPeerOptions = {}): SmtpPeerOptions {
  const open = new Map<number, string[]>();
  return {
    offers: ["PIPELINING", "SIZE 5000"],
    ...more,
    answer: (line, { number }) => {
      const said = open.get(number) ?? [];
      open.set(number, said);
      const word = /^[A-Z]+/.exec(line)?.[0] ?? ".";
      if (line.length > 510) return "500 5.5.2 too long";
      if (word === "XUNKNOWN") return "500 5.5.1 unknown";
      if (line.includes("XUNKNOWN=")) return "555 5.5.4 unknown parameter";
      if (word === "RSET") said.length = 0;
      if (word === "MAIL" && said.includes("MAIL")) return "503 5.5.1 nested";
      if (word === "RCPT" && !said.includes("MAIL")) return "503 5.5.1 MAIL first";
      if (word === "RCPT" && line.includes(".invalid")) return "550 5.7.1 not here";
      if (word === "DATA" && !said.includes("RCPT")) return "554 5.5.1 no valid recipients";
      if (word === ".") return "554 5.4.6 too many hops";
      said.push(word);
      return undefined;
    },
  };
}

describe("a server that does well", () => {
  it("has nothing bad", async () => {
    await using peer = await SmtpPeer.listen(strict({ certificate }));
    const { code, verdicts, keywords, texts } = await findings(peer);
    expect(
      Object.entries(verdicts).filter(([, verdict]) => verdict === "bad" || verdict === "unknown"),
    ).toEqual([]);
    expect(code).toBe(0);
    expect(keywords).toEqual(["PIPELINING", "SIZE 5000", "STARTTLS"]);
    expect(texts["STARTTLS"]).toMatch(/^TLSv1\.3, .*, not believed: /);
    expect(verdicts).toMatchObject({
      SIZE: "ok",
      pipelining: "ok",
      "second MAIL": "ok",
      "STARTTLS injection": "ok",
      "mail for others": "ok",
    });
    expect(falseEnds.map((end) => verdicts[`smuggling ${shown(end)}`])).toEqual(falseEnds.map(() => "ok"));
    // Nothing is delivered.
    expect(peer.messages).toEqual([]);
  });

  it("is shown as a table", async () => {
    await using peer = await SmtpPeer.listen(strict());
    const { code, output } = await askedToVerify([...seen(peer), "--no-probes"]);
    expect([code, output.split("\n").slice(0, 5)]).toEqual([
      0,
      [
        `127.0.0.1 port ${peer.port}: peer.test ESMTP`,
        "EHLO: PIPELINING, SIZE 5000",
        "",
        "ok    SIZE               5000 octets at most",
        "note  STARTTLS           not offered",
      ],
    ]);
  });
});

describe("a server that takes", () => {
  it("one false end is found out, and no other", async () => {
    await using peer = await SmtpPeer.listen(strict({ falseEnds: ["\n.\r\n"] }));
    const { code, verdicts, texts } = await findings(peer);
    const bad = Object.keys(verdicts).filter((name) => verdicts[name] === "bad");
    expect(bad).toEqual(["smuggling \\n.\\r\\n"]);
    expect(texts[bad[0] ?? ""]).toMatch(/^takes it for the end of the message: 554 5\.4\.6 too many hops/);
    expect(code).toBe(EXIT.findings);
  });

  it("all of them, and delivers nothing", async () => {
    await using peer = await SmtpPeer.listen(strict({ falseEnds }));
    const { verdicts } = await findings(peer);
    expect(falseEnds.map((end) => verdicts[`smuggling ${shown(end)}`])).toEqual(falseEnds.map(() => "bad"));
    // The loop check refused it: nothing is delivered.
    expect(peer.messages).toEqual([]);
  });

  it("plaintext behind STARTTLS", async () => {
    await using peer = await SmtpPeer.listen(strict({ certificate, keepsPlaintext: true }));
    const { verdicts, code } = await findings(peer);
    expect([verdicts["STARTTLS injection"], code]).toEqual(["bad", EXIT.findings]);
  });

  it("everything", async () => {
    await using peer = await SmtpPeer.listen({
      offers: ["AUTH PLAIN"],
      answer: (line) => (line === "." ? "554 no" : undefined),
    });
    const { verdicts } = await findings(peer);
    expect(verdicts).toMatchObject({
      "RCPT before MAIL": "bad",
      "second MAIL": "bad",
      "unknown parameter": "bad",
      "unknown command": "bad",
      "mail for others": "note",
      "AUTH in the clear": "note",
      SIZE: "note",
    });
  });
});

describe("a server that cannot be verified", () => {
  it.each<readonly [what: string, options: SmtpPeerOptions, code: number, text: RegExp]>([
    ["turns us away", { greeting: "554 no" }, EXIT.greeting, /turns us away: 554 no/],
    ["is none", { greeting: "SSH-2.0-OpenSSH" }, EXIT.protocol, /"SSH-2\.0-OpenSSH", which is no SMTP reply/],
    ["says nothing", { greeting: "" }, EXIT.late, /the greeting did not come in time/],
  ])("%s", async (_what, options, code, text) => {
    await using peer = await SmtpPeer.listen(options);
    const ended = await askedToVerify(["-s", `127.0.0.1:${peer.port}`, "--timeout", "300ms"]);
    expect(ended).toMatchObject({ code, output: "", errors: expect.stringMatching(text) });
    expect(ended.errors.trimEnd().split("\n")).toHaveLength(1);
  });

  it("is pestered by probes: it leaves, floods and stalls, and each is told of", async () => {
    let count = 0;
    await using peer = await SmtpPeer.listen({
      answer: (line, connection) => {
        const { socket, number } = connection;
        if (number === 0) return undefined;
        if (line.startsWith("EHLO")) return undefined;
        count++;
        if (count % 3 === 0) socket.destroy();
        else if (count % 3 === 1) connection.say("2".repeat(100_000));
        return null;
      },
    });
    const ended = await askedToVerify([
      "-s",
      `127.0.0.1:${peer.port}`,
      "--silence",
      "50ms",
      "--timeout",
      "300ms",
      "--json",
    ]);
    expect(ended.errors).toBe("");
    expect(JSON.parse(ended.output)).toMatchObject({ hello: "EHLO" });
  });
});
