/**
 * RFC 6152 §3: a message of 8-bit lines, rewritten for a server that takes 7 bits only: text as quoted-printable, other
 * things as base64 (RFC 2045 §6.7, §6.8), each part by itself. What is 7-bit already is left as it is, octet by octet.
 */
import { decodeLatin1, encodeBase64, encodeLatin1 } from "@socketscope/wire";

/** Parts within parts; deeper ones are somebody's trick. */
const MAX_DEPTH = 20;
const LINE = 76;

/** Undefined: it cannot be done without saying something else (octets above 127 in the header section, a signed part). */
export function sevenBit(message: Uint8Array): Uint8Array | undefined {
  try {
    return rewritten(message, 0);
  } catch (error) {
    if (error instanceof Unconvertible) return undefined;
    throw error;
  }
}

class Unconvertible extends Error {}

function rewritten(part: Uint8Array, depth: number): Uint8Array {
  if (isSevenBit(part)) return part;
  if (depth > MAX_DEPTH) throw new Unconvertible();
  const { head, body } = split(part);
  if (!isSevenBit(head)) throw new Unconvertible();
  const fields = fieldsOf(decodeLatin1(head));
  const type = valueOf(fields, "content-type") ?? "text/plain";
  const encoding = (valueOf(fields, "content-transfer-encoding") ?? "8bit").toLowerCase();
  // What says that it is encoded and is not is no MIME.
  if (encoding !== "8bit" && encoding !== "binary" && encoding !== "7bit") throw new Unconvertible();
  // RFC 1847 §2.1: nobody on the way touches what is signed.
  if (/^multipart\/signed\b/i.test(type)) throw new Unconvertible();
  if (/^multipart\//i.test(type)) return joined(fields, "7bit", parts(body, boundaryOf(type), depth));
  if (/^message\/rfc822\b/i.test(type)) return joined(fields, "7bit", rewritten(body, depth + 1));
  // RFC 6533 §3: those types have a rule of their own.
  if (/^message\//i.test(type)) throw new Unconvertible();
  if (/^text\//i.test(type)) return joined(labelled(fields), "quoted-printable", quotedPrintable(body));
  return joined(fields, "base64", wrapped(encodeBase64(body)));
}

function concat(pieces: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}

function isSevenBit(octets: Uint8Array): boolean {
  return octets.every((octet) => octet < 128);
}

function split(part: Uint8Array): { readonly head: Uint8Array; readonly body: Uint8Array } {
  // A part may begin with its empty line: no field at all.
  if (part[0] === 13 && part[1] === 10) return { head: part.subarray(0, 0), body: part.subarray(2) };
  for (let at = 0; at + 3 < part.length; at++)
    if (part[at] === 13 && part[at + 1] === 10 && part[at + 2] === 13 && part[at + 3] === 10)
      return { head: part.subarray(0, at + 2), body: part.subarray(at + 4) };
  throw new Unconvertible();
}

/** Each with its continuation lines and its line end. */
function fieldsOf(head: string): readonly string[] {
  return head.match(/[^\r\n]+\r\n(?:[ \t][^\r\n]*\r\n)*/g) ?? [];
}

function nameOf(field: string): string {
  return field.slice(0, field.indexOf(":")).trim().toLowerCase();
}

function valueOf(fields: readonly string[], name: string): string | undefined {
  const field = fields.find((one) => nameOf(one) === name);
  return field
    ?.slice(field.indexOf(":") + 1)
    .replaceAll(/\r\n(?=[ \t])/g, "")
    .trim();
}

function boundaryOf(type: string): string {
  const [, quoted, plain] = /;\s*boundary\s*=\s*(?:"((?:[^"\\]|\\.)+)"|([^\s;"]+))/i.exec(type) ?? [];
  const boundary = quoted?.replaceAll(/\\(.)/g, "$1") ?? plain;
  if (boundary === undefined) throw new Unconvertible();
  return boundary;
}

/** RFC 1428: text in 8 bits that does not say which. */
function labelled(fields: readonly string[]): readonly string[] {
  if (valueOf(fields, "content-type") !== undefined) return fields;
  const version = valueOf(fields, "mime-version") === undefined ? ["MIME-Version: 1.0\r\n"] : [];
  return [...fields, ...version, "Content-Type: text/plain; charset=unknown-8bit\r\n"];
}

function joined(fields: readonly string[], encoding: string, body: Uint8Array): Uint8Array {
  const kept = fields.filter((field) => nameOf(field) !== "content-transfer-encoding");
  const head = `${kept.join("")}Content-Transfer-Encoding: ${encoding}\r\n\r\n`;
  return concat([encodeLatin1(head), body]);
}

/** RFC 2046 §5.1.1: the line end in front of a delimiter belongs to the delimiter. */
function parts(body: Uint8Array, boundary: string, depth: number): Uint8Array {
  const text = decodeLatin1(body);
  const pieces: Uint8Array[] = [];
  const delimiter = new RegExp(
    `(?:^|\\r\\n)--${boundary.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&")}(--)?[ \\t]*(?=\\r\\n|$)`,
    "g",
  );
  let from = 0;
  /** In front of the first delimiter and behind the last there are no parts. */
  let inside = false;
  for (const found of text.matchAll(delimiter)) {
    const until = found.index;
    pieces.push(partOrNot(body.subarray(from, until), inside, depth));
    from = until + found[0].length;
    pieces.push(body.subarray(until, from));
    if (found[1] !== undefined) {
      inside = false;
      break;
    }
    if (text.startsWith("\r\n", from)) {
      pieces.push(body.subarray(from, from + 2));
      from += 2;
    }
    inside = true;
  }
  pieces.push(partOrNot(body.subarray(from), inside, depth));
  return concat(pieces);
}

function partOrNot(octets: Uint8Array, isPart: boolean, depth: number): Uint8Array {
  if (isSevenBit(octets)) return octets;
  if (!isPart) throw new Unconvertible();
  return rewritten(octets, depth + 1);
}

const HEX = "0123456789ABCDEF";

/** RFC 2045 §6.7; lines of at most 76 characters. */
function quotedPrintable(octets: Uint8Array): Uint8Array {
  const lines: string[] = [];
  let line = "";
  const put = (text: string): void => {
    if (line.length + text.length >= LINE) {
      lines.push(`${line}=`);
      line = "";
    }
    line += text;
  };
  for (let at = 0; at < octets.length; at++) {
    const octet = octets[at] ?? 0;
    if (octet === 13 && octets[at + 1] === 10) {
      lines.push(line);
      line = "";
      at++;
      continue;
    }
    const atEnd = at + 1 === octets.length || (octets[at + 1] === 13 && octets[at + 2] === 10);
    // Rule (3): blanks at the end of a line would be lost on the way.
    const plain = octet > 32 && octet < 127 && octet !== 61;
    const blank = (octet === 32 || octet === 9) && !atEnd;
    put(plain || blank ? String.fromCharCode(octet) : `=${HEX[octet >> 4] ?? ""}${HEX[octet & 15] ?? ""}`);
  }
  lines.push(line);
  return encodeLatin1(lines.join("\r\n"));
}

function wrapped(base64: string): Uint8Array {
  return encodeLatin1((base64.match(/.{1,76}/g) ?? []).join("\r\n") + "\r\n");
}
