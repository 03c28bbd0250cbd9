/** RFC 9112 §6.3 from a client's side, lenient: only to count the answers and tell them apart. */
import { FILES } from "./server.ts";

const known: readonly string[] = Object.values(FILES);

/** Each answer in words: `100`, `200 probe`, `400`; what is no answer at all is `garbage`. */
export function answersIn(text: string, first: "HEAD" | "other"): string[] {
  const answers: string[] = [];
  let rest = text;
  let head = first === "HEAD";
  while (rest !== "") {
    const match = /^HTTP\/1\.[01] (\d{3})[^\r\n]*\r\n([^]*?)\r\n(?:\r\n)?/.exec(rest);
    const end = rest.indexOf("\r\n\r\n");
    const status = match?.[1];
    if (status === undefined || end < 0) return [...answers, "garbage"];
    const { content, after } = contentOf(rest.slice(0, end + 2), rest.slice(end + 4), status, head);
    if (!status.startsWith("1")) head = false;
    answers.push(known.includes(content) ? `${status} ${content}` : status);
    rest = after;
  }
  return answers;
}

function contentOf(
  head: string,
  rest: string,
  status: string,
  isHead: boolean,
): { content: string; after: string } {
  if (isHead || status.startsWith("1") || status === "204" || status === "304")
    return { content: "", after: rest };
  const length = /\r\ncontent-length: *(\d+)\r\n/i.exec(head)?.[1];
  if (length !== undefined)
    return { content: rest.slice(0, Number(length)), after: rest.slice(Number(length)) };
  if (!/\r\ntransfer-encoding: *chunked\r\n/i.test(head)) return { content: rest, after: "" };
  const last = rest.indexOf("0\r\n\r\n");
  return { content: "", after: last < 0 ? "" : rest.slice(last + 5) };
}
