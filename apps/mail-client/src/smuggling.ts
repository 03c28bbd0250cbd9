/**
 * Does a server end a message at something that is no CRLF . CRLF? Then a message can be smuggled through it behind
 * another. No probe delivers: its head holds more Received fields than any loop check lets through (RFC 5321 §6.3), and
 * the true end is never sent.
 */
import { describeHeard, type Finding } from "./findings.ts";
import { isPositive, isRefusal, Probe, type ProbeTarget } from "./probe.ts";

/** Ends that are none, by what they are called. */
export const falseEnds: readonly string[] = [
  "\n.\n",
  "\n.\r\n",
  "\r\n.\n",
  "\r.\r",
  "\r.\r\n",
  "\r\n.\r",
  "\n.\r",
  "\r.\n",
  "\n\r.\n\r",
  "\r\n.\r\r\n",
  "\r\n.\0\r\n",
  "\r\n\0.\r\n",
  "\r\n .\r\n",
];

/** RFC 5321 §6.3 wants at least 100 of them refused; most servers have enough at 50. */
const HOPS = 250;

const LOOPING = `${"Received: from loop by loop; Thu, 1 Jan 1970 00:00:00 +0000\r\n".repeat(HOPS)}Subject: a probe, not to be delivered\r\n\r\nx`;

export async function smuggle(target: ProbeTarget, end: string, recipient: string): Promise<Finding> {
  const name = `smuggling ${shown(end)}`;
  using probe = await Probe.open(target);
  const offered = await probe.ready();
  if (offered === undefined) return { name, verdict: "unknown", text: "the server does not talk to us" };
  for (const line of ["MAIL FROM:<>", `RCPT TO:<${recipient}>`, "DATA"]) {
    const heard = await probe.ask(line);
    if (!isPositive(heard)) return { name, verdict: "unknown", text: `${line}: ${describeHeard(heard)}` };
  }
  probe.say(LOOPING + end);
  const first = await probe.hearSoon();
  if (first === "silent") return { name, verdict: "ok", text: "goes on waiting for the end" };
  if (first === "closed") return { name, verdict: "ok", text: "ends the connection" };
  // It has said something. A server that has ended the message takes commands again; one that refuses it does not.
  return (await takesCommands(probe))
    ? { name, verdict: "bad", text: `takes it for the end of the message: ${describeHeard(first)}` }
    : { name, verdict: "ok", text: `refuses it: ${describeHeard(first)}` };
}

/** Lines that what is left of a false end can make, which a server refuses before it comes to ours. */
const LEFT_OVER = 3;

/** Of the false end a CR or LF may be left over: it is given a line of its own. */
async function takesCommands(probe: Probe): Promise<boolean> {
  probe.say("\r\nNOOP\r\n");
  for (let refused = 0; refused <= LEFT_OVER; refused++) {
    const heard = await probe.hearSoon();
    if (!isRefusal(heard)) return isPositive(heard);
  }
  return false;
}

export function shown(end: string): string {
  return JSON.stringify(end).slice(1, -1).replaceAll("\\u0000", "\\0");
}
