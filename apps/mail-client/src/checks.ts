/** How a server behaves, beside what it offers: one connection a check, and nothing that delivers. */
import { SocketError } from "@socketscope/socket-core";
import { describeHeard, type Finding } from "./findings.ts";
import { isPositive, isRefusal, Probe, type Heard, type ProbeTarget } from "./probe.ts";

export interface Check {
  readonly name: string;
  readonly run: (probe: Probe) => Promise<Omit<Finding, "name">>;
}

/** Judged by one reply. */
function check(
  name: string,
  ask: (probe: Probe) => Promise<Heard>,
  judge: (heard: Heard) => Omit<Finding, "name">,
): Check {
  return { name, run: async (probe) => judge(await ask(probe)) };
}

/** A refusal is right, anything else is not. */
const refuses =
  (what: string) =>
  (heard: Heard): Omit<Finding, "name"> =>
    isPositive(heard)
      ? { verdict: "bad", text: `${what}: ${describeHeard(heard)}` }
      : { verdict: "ok", text: describeHeard(heard) };

async function after(probe: Probe, ...lines: readonly string[]): Promise<Heard> {
  let heard: Heard = "silent";
  for (const line of lines) heard = await probe.ask(line);
  return heard;
}

export const checks: readonly Check[] = [
  {
    name: "pipelining",
    async run(probe) {
      probe.say("MAIL FROM:<>\r\nRSET\r\nNOOP\r\n");
      const heard = [await probe.hear(), await probe.hear(), await probe.hear()];
      return heard.every(isPositive)
        ? { verdict: "ok", text: "three commands in one write, three replies" }
        : { verdict: "bad", text: `three commands in one write: ${heard.map(describeHeard).join(" · ")}` };
    },
  },
  check(
    "RCPT before MAIL",
    (probe) => probe.ask("RCPT TO:<postmaster>"),
    refuses("takes a recipient without a sender"),
  ),
  check(
    "DATA before RCPT",
    (probe) => after(probe, "MAIL FROM:<>", "DATA"),
    refuses("takes content for nobody"),
  ),
  check(
    "second MAIL",
    (probe) => after(probe, "MAIL FROM:<>", "MAIL FROM:<>"),
    // RFC 5321 §4.1.4: MAIL must not be sent while a transaction is open.
    refuses("takes a second sender in one transaction"),
  ),
  check(
    "unknown parameter",
    (probe) => probe.ask("MAIL FROM:<> XUNKNOWN=1"),
    // RFC 5321 §4.1.1.11: 555.
    refuses("takes a parameter that nobody knows"),
  ),
  check("unknown command", (probe) => probe.ask("XUNKNOWN"), refuses("takes a command that nobody knows")),
  {
    name: "overlong line",
    async run(probe) {
      probe.say(`NOOP ${"x".repeat(4000)}\r\n`);
      const first = await probe.hear();
      const then = await probe.ask("NOOP");
      const text = `a line of 4,000 octets: ${describeHeard(first)}, then ${describeHeard(then)}`;
      return { verdict: isPositive(first) ? "note" : "ok", text };
    },
  },
  {
    name: "command ended by LF",
    async run(probe) {
      probe.say("NOOP\n");
      const heard = await probe.hearSoon();
      return isPositive(heard)
        ? { verdict: "note", text: `a bare LF ends a command: ${describeHeard(heard)}` }
        : { verdict: "ok", text: describeHeard(heard) };
    },
  },
  check(
    "VRFY",
    (probe) => probe.ask("VRFY postmaster"),
    (heard) => ({
      // RFC 5321 §3.5.3: 252 tells nothing, and is meant to.
      verdict: typeof heard !== "string" && (heard.code === 250 || heard.code === 251) ? "note" : "ok",
      text: describeHeard(heard),
    }),
  ),
  check(
    "mail for others",
    (probe) => after(probe, "MAIL FROM:<>", "RCPT TO:<nobody@relay-probe.invalid>"),
    (heard) =>
      isRefusal(heard)
        ? { verdict: "ok", text: `refuses a recipient elsewhere: ${describeHeard(heard)}` }
        : {
            verdict: "note",
            text: `takes a recipient elsewhere, as an open relay or a trap would: ${describeHeard(heard)}`,
          },
  ),
];

export async function runCheck(check: Check, target: ProbeTarget): Promise<Finding> {
  const { name } = check;
  try {
    using probe = await Probe.open(target);
    if ((await probe.ready()) === undefined)
      return { name, verdict: "unknown", text: "the server does not talk to us" };
    return { name, ...(await check.run(probe)) };
  } catch (error) {
    return { name, verdict: "unknown", text: messageOf(error) };
  }
}

/** RFC 3207 §6: what somebody slipped in behind STARTTLS must be forgotten (CVE-2011-0411). */
export async function checkInjection(target: ProbeTarget): Promise<Finding> {
  const name = "STARTTLS injection";
  try {
    using probe = await Probe.open(target);
    if ((await probe.hello()) === undefined)
      return { name, verdict: "unknown", text: "the server does not talk to us" };
    probe.say("STARTTLS\r\nNOOP\r\n");
    const first = await probe.hear();
    if (!isPositive(first)) return { name, verdict: "ok", text: describeHeard(first) };
    await probe.secureNow();
    const late = await probe.hearSoon();
    return isPositive(late)
      ? { name, verdict: "bad", text: `carries out under TLS what came in the clear: ${describeHeard(late)}` }
      : {
          name,
          verdict: "ok",
          text: `what came in the clear behind it is not carried out (${describeHeard(late)})`,
        };
  } catch (error) {
    // A handshake that fails: the server took the NOOP for a ClientHello, or left. Either way nothing was carried out.
    if (error instanceof SocketError) return { name, verdict: "ok", text: `breaks off: ${error.message}` };
    return { name, verdict: "unknown", text: messageOf(error) };
  }
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
