/**
 * What nobody looking over a shoulder should read: passwords, logins, cookies, stream keys. A mask keeps the length, so
 * that offsets and counts stay true.
 */
import type { Message, Range } from "@socketscope/wire";

/** Fields whose value is a credential (RFC 9110 §11, RFC 6265). */
const SECRET_FIELDS = new Set([
  "authorization",
  "proxy-authorization",
  "cookie",
  "set-cookie",
  "x-api-key",
  "x-auth-token",
]);

/** Fields that hold an address, which may hold a secret as a request's target does. */
const ADDRESS_FIELDS = new Set(["referer", "location", "content-location", "destination"]);

/** In a request's target: `?key=…` of a stream, tokens of a page. */
const SECRET_QUERY = /([?&;](?:key|token|password|passwd|secret|access_token|sig|signature)=)([^&;\s#]+)/gi;

/** `user:password@` of an absolute target. */
const SECRET_USERINFO = /(:\/\/[^/\s:@]*:)([^@/\s]+)(?=@)/g;

const STAR = 0x2a;

export function maskText(text: string): string {
  const masked = (_: string, before: string, secret: string): string => before + "*".repeat(secret.length);
  return text.replace(SECRET_QUERY, masked).replace(SECRET_USERINFO, masked);
}

/** `octets`: those of `message` from offset `from` on. A copy, where anything had to be covered. */
export function maskOctets(message: Message, from: number, octets: Uint8Array): Uint8Array {
  const ranges = message.parts.flatMap((part) => secretIn(part, from, octets));
  if (ranges.length === 0) return octets;
  const copy = Uint8Array.from(octets);
  for (const range of ranges) copy.fill(STAR, Math.max(0, range.from), Math.max(0, range.to));
  return copy;
}

interface Masked {
  readonly view: { readonly direction: string; readonly from: number; readonly to: number };
  readonly message: Message;
}

/** Octets of one direction from offset `from` on, as its messages say. Undefined: no message covers some of them. */
export function maskKept(
  kept: readonly Masked[],
  direction: string,
  from: number,
  octets: Uint8Array,
): Uint8Array | undefined {
  const { shown, covered } = masked(kept, direction, from, octets);
  return covered < octets.length ? undefined : shown;
}

/** The same; what no message covers yet may become a password, and is not shown before it is known what it is. */
export function maskUnread(
  kept: readonly Masked[],
  direction: string,
  from: number,
  octets: Uint8Array,
): Uint8Array {
  return masked(kept, direction, from, octets).shown;
}

function masked(kept: readonly Masked[], direction: string, from: number, octets: Uint8Array) {
  const shown = new Uint8Array(octets.length).fill(STAR);
  let covered = 0;
  for (const { view, message } of kept) {
    if (view.direction !== direction || view.to <= from || view.from >= from + octets.length) continue;
    const first = Math.max(view.from, from);
    const own = octets.subarray(first - from, view.to - from);
    shown.set(maskOctets(message, first - (view.from - message.from), own), first - from);
    covered += own.length;
  }
  return { shown, covered };
}

const SECRET_LINE = new RegExp(`^(?:${[...SECRET_FIELDS].join("|")}):[ \\t]*(.+?)\\r?$`, "gim");

/** For octets that nothing has read yet: the fields among their lines. */
export function maskLines(octets: Uint8Array): Uint8Array {
  const text = Buffer.from(octets).toString("latin1");
  const copy = Uint8Array.from(octets);
  for (const found of text.matchAll(SECRET_LINE)) {
    const value = found[1] ?? "";
    const at = found.index + found[0].lastIndexOf(value);
    copy.fill(STAR, at, at + value.length);
  }
  return copy;
}

/** Ranges of `octets` to be covered. */
function secretIn(part: Range, base: number, octets: Uint8Array): readonly { from: number; to: number }[] {
  const from = part.from - base;
  const to = Math.min(part.to - base, octets.length);
  if (to <= 0 || from >= octets.length) return [];
  if (part.name === "secret") return [{ from, to: withoutLineEnd(octets, from, to) }];
  // Of what begins before these octets the name is not at hand, nor what stands before a secret: all of it is covered.
  const begun = from < 0;
  const text = (): string => Buffer.from(octets.subarray(Math.max(0, from), to)).toString("latin1");
  const field = part.name.startsWith("field ") ? part.name.slice("field ".length).toLowerCase() : "";
  if (SECRET_FIELDS.has(field)) {
    if (begun) return [{ from, to: withoutLineEnd(octets, 0, to) }];
    const colon = text().indexOf(":");
    const blanks = /^[ \t]*/.exec(text().slice(colon + 1))?.[0].length ?? 0;
    return [{ from: from + colon + 1 + blanks, to: withoutLineEnd(octets, from, to) }];
  }
  if (part.name !== "request line" && !ADDRESS_FIELDS.has(field)) return [];
  if (begun) return [{ from, to: withoutLineEnd(octets, 0, to) }];
  const line = text();
  const cut = part.to - base > to;
  // Cut short, a password in an address has no @ behind it.
  const masked = maskText(cut ? coverOpenUserinfo(line) : line);
  return masked === line ? [] : differences(line, masked, from);
}

function coverOpenUserinfo(line: string): string {
  return line.replace(
    /(:\/\/[^/\s:@]*:)([^@/\s]+)$/,
    (_, before: string, secret: string) => before + "*".repeat(secret.length),
  );
}

function withoutLineEnd(octets: Uint8Array, from: number, to: number): number {
  let end = to;
  while (end > from && (octets[end - 1] === 0x0a || octets[end - 1] === 0x0d)) end -= 1;
  return end;
}

function differences(line: string, masked: string, base: number): { from: number; to: number }[] {
  const found: { from: number; to: number }[] = [];
  for (let i = 0; i < line.length; i++)
    if (line[i] !== masked[i]) found.push({ from: base + i, to: base + i + 1 });
  return found;
}
