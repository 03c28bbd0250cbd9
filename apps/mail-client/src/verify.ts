/** `mail-client verify`: what a server offers and how it behaves, as a table or JSON. Nothing is delivered. */
import { printable } from "@socketscope/wire";
import { kinds, runOnce, type OptionReader } from "@socketscope/host";
import type { ConnectSmtpOptions } from "@socketscope/smtp-session";
import { checkInjection, checks, messageOf, runCheck } from "./checks.ts";
import { EXIT, exitCodeOf } from "./exit-code.ts";
import type { Finding, Verdict } from "./findings.ts";
import type { ProbeTarget } from "./probe.ts";
import { recipientAddress } from "./send-options.ts";
import { connectOptions, INSECURE, readServerOptions, type ServerAddress } from "./server-options.ts";
import { falseEnds, shown, smuggle } from "./smuggling.ts";
import { dialogueLine, explain, VERSION, type Terminal } from "./terminal.ts";
import { readOffer, type Offer } from "./verify-offer.ts";

export interface VerifyOptions {
  readonly server: ServerAddress;
  /** Whom the probes name. */
  readonly to: string;
  readonly probes: boolean;
  /** Milliseconds in which an odd reply would have come. */
  readonly silence: number;
  readonly json: boolean;
  readonly verbose: boolean;
}

/** Probes at once: a server counts connections per address. */
const AT_ONCE = 4;

/** Milliseconds for a connection and for a reply that has to come, unless --timeout says otherwise. */
const PATIENCE = 10_000;

export async function verifyServer(): Promise<void> {
  await runOnce(
    {
      name: "mail-client verify",
      version: VERSION,
      summary: "Shows what a mail server offers and how it behaves. Nothing is delivered.",
      examples: [
        "mail-client verify -s 127.0.0.1:2525",
        "mail-client verify -s mx.example.test --to me@example.test --json",
        "mail-client verify -s mx.example.test:465 --tls-on-connect --no-probes",
      ],
      options: verifyOptions,
    },
    (options) => verify(options, process),
  );
}

export function verifyOptions(read: OptionReader): VerifyOptions {
  read.group("What:");
  const what = {
    to: read.one("to", recipientAddress, { help: "a recipient it takes mail for", default: "postmaster" }),
    probes: read.flag("probes", { help: "try what clients must not do, too", default: true }),
    silence: read.one("silence", kinds.duration("ms", 60_000), {
      help: "how long to wait for what should not come",
      default: 1000,
      shown: "1s",
    }),
    json: read.flag("json", { help: "JSON instead of a table" }),
    verbose: read.flag("verbose", { help: "the dialogue of the first look", short: "v" }),
  };
  return { ...what, server: readServerOptions(read) };
}

/** The exit code: 0, or 8 when something is bad. */
export async function verify(options: VerifyOptions, terminal: Terminal): Promise<number> {
  const { server, json, verbose } = options;
  if (server.insecure) terminal.stderr.write(INSECURE);
  const connect = await connectOptions(server);
  let offer: Offer;
  try {
    offer = await readOffer({
      ...connect,
      ...(verbose && { onDialogue: (line) => terminal.stderr.write(dialogueLine(line)) }),
    });
  } catch (error) {
    terminal.stderr.write(`mail-client: ${explain(error)}\n`);
    return exitCodeOf(error);
  }
  const findings = [...offer.findings, ...(options.probes ? await probeAll(options, connect, offer) : [])];
  terminal.stdout.write(json ? asJson(server, offer, findings) : asTable(server, offer, findings));
  return findings.some(({ verdict }) => verdict === "bad") ? EXIT.findings : EXIT.ok;
}

async function probeAll(
  options: VerifyOptions,
  connect: ConnectSmtpOptions,
  offer: Offer,
): Promise<Finding[]> {
  const { host, port, servername = host, ca } = connect;
  const target: ProbeTarget = {
    host,
    port,
    hello: connect.hostname,
    implicit: connect.tls === "implicit",
    startTls: connect.tls === "required" || connect.tls === "opportunistic",
    tls: { servername, verify: false, ...(ca !== undefined && { ca }) },
    patience: options.server.timeout ?? PATIENCE,
    silence: options.silence,
  };
  const offersTls = offer.keywords.includes("STARTTLS");
  const all: (() => Promise<Finding>)[] = [
    ...checks
      .filter(({ name }) => name !== "pipelining" || offer.keywords.includes("PIPELINING"))
      .map((check) => () => runCheck(check, target)),
    ...(offersTls ? [() => checkInjection(target)] : []),
    ...falseEnds.map((end) => () => smuggled(target, end, options.to)),
  ];
  const found: Finding[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let at = next++; at < all.length; at = next++) {
      const finding = await all[at]?.();
      if (finding !== undefined) found[at] = finding;
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return found;
}

async function smuggled(target: ProbeTarget, end: string, to: string): Promise<Finding> {
  try {
    return await smuggle(target, end, to);
  } catch (error) {
    return { name: `smuggling ${shown(end)}`, verdict: "unknown", text: messageOf(error) };
  }
}

function asJson({ server }: ServerAddress, offer: Offer, findings: readonly Finding[]): string {
  const { greeting, hello, keywords } = offer;
  return `${JSON.stringify({ server, greeting, hello, keywords, findings }, undefined, 2)}\n`;
}

const signs: Readonly<Record<Verdict, string>> = { ok: "ok  ", note: "note", bad: "BAD ", unknown: "?   " };

function asTable({ server }: ServerAddress, offer: Offer, findings: readonly Finding[]): string {
  const width = Math.max(...findings.map(({ name }) => name.length));
  const rows = findings.map(
    ({ name, verdict, text }) => `${signs[verdict]}  ${name.padEnd(width)}  ${printable(text)}\n`,
  );
  const count = (wanted: Verdict): number => findings.filter(({ verdict }) => verdict === wanted).length;
  return [
    `${server.host} port ${server.port}: ${printable(offer.greeting)}\n`,
    `${offer.hello}: ${printable(offer.keywords.join(", ")) || "no extension"}\n\n`,
    ...rows,
    `\n${count("ok")} ok, ${count("note")} to note, ${count("bad")} bad, ${count("unknown")} not to be told\n`,
  ].join("");
}
