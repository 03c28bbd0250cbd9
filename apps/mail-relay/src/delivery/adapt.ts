/** A message as the next hop can take it: what it does not offer is done without, or the message is made fit. */
import { sevenBit } from "@socketscope/message";
import { isAscii, type Envelope, type Extensions, type Reply } from "@socketscope/smtp";
import type { Content } from "@socketscope/smtp-session";
import { reply } from "../reception/replies.ts";

/** It cannot be said to this hop, and never will: the sender is told. */
export class Unfit extends Error {
  override readonly name = "Unfit";
  readonly code = "UNFIT";
  readonly reply: Reply;
  constructor(answer: Reply) {
    super(answer.lines.join(" "));
    this.reply = answer;
  }
}

/** Octets of a message that is rewritten in memory. */
const MAX_REWRITTEN = 16 * 1024 * 1024;

/** Rejects with Unfit. */
export async function adapt(
  envelope: Envelope,
  content: Content,
  extensions: Extensions,
): Promise<{ readonly envelope: Envelope; readonly content: Content }> {
  const fit = await withoutUtf8(envelope, content, extensions);
  return withoutEightBit(fit, content, extensions);
}

/** RFC 6531 §3.2: what only might have needed SMTPUTF8 goes without; what needs it goes back. */
async function withoutUtf8(
  envelope: Envelope,
  content: Content,
  { smtpUtf8 }: Extensions,
): Promise<Envelope> {
  if (!envelope.parameters.smtputf8 || smtpUtf8) return envelope;
  const addresses = [envelope.reversePath, ...envelope.recipients.map(({ forwardPath }) => forwardPath)];
  if (!addresses.every(isAscii) || !(await isHeaderAscii(content)))
    throw new Unfit(reply(550, "5.6.7", "the next hop does not take addresses in UTF-8 (SMTPUTF8)"));
  return { ...envelope, parameters: { ...envelope.parameters, smtputf8: false } };
}

/** RFC 6152 §3: converted, or returned. */
async function withoutEightBit(
  envelope: Envelope,
  content: Content,
  { eightBitMime }: Extensions,
): Promise<{ readonly envelope: Envelope; readonly content: Content }> {
  if (envelope.parameters.body !== "8BITMIME" || eightBitMime) return { envelope, content };
  const plain = { ...envelope, parameters: { ...envelope.parameters, body: undefined } };
  if (await isContentAscii(content)) return { envelope: plain, content };
  const octets = content.size > MAX_REWRITTEN ? undefined : sevenBit(await whole(content));
  if (octets === undefined)
    throw new Unfit(reply(554, "5.6.3", "the next hop takes 7 bits only, and this cannot be converted"));
  const converted: Content = {
    size: octets.length,
    async *read() {
      yield octets;
    },
  };
  return { envelope: plain, content: converted };
}

async function isHeaderAscii(content: Content): Promise<boolean> {
  let last = "";
  for await (const octets of content.read()) {
    const text = last + Buffer.from(octets).toString("latin1");
    const end = text.indexOf("\r\n\r\n");
    if (/[\x80-\xff]/.test(end < 0 ? text : text.slice(0, end))) return false;
    if (end >= 0) return true;
    last = text.slice(-3);
  }
  return true;
}

async function isContentAscii(content: Content): Promise<boolean> {
  for await (const octets of content.read()) if (octets.some((octet) => octet > 127)) return false;
  return true;
}

async function whole(content: Content): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  for await (const octets of content.read()) pieces.push(octets);
  return Buffer.concat(pieces);
}
