/** The queue in a terminal: what the control socket answers, as lines for people. Nothing of a letter moves the cursor. */
import { printable } from "@socketscope/host";
import { octets } from "@socketscope/page";
import { span } from "./span.ts";

/** Lines of a letter's text that are shown behind its header section. */
const TEXT_LINES = 20;

/** One letter a block: where it stands, then who is still to be reached and what was said of each. */
export function listText(page: unknown, now: number): string {
  const messages = listOf(page, "messages");
  const torn = listOf(page, "torn").map((what) => `set aside, damaged: ${String(what)}`);
  if (messages.length === 0) return ["the queue is empty", ...torn].map(printable).join("\n");
  const lines = messages.flatMap((message) => [
    `${textOf(message, "id")}  ${standing(message, now)}`,
    `    from ${path(textOf(message, "reversePath"))}, ${sizeOf(message)}`,
    ...recipientLines(message),
  ]);
  const total = numberOf(page, "total");
  const more = total - messages.length;
  if (more > 0) lines.push(`${more} more; --after ${textOf(messages.at(-1), "id")} goes on`);
  else lines.push(`${total} in the queue`);
  return [...lines, ...torn].map(printable).join("\n");
}

/** Everything of one: the envelope, each attempt with its replies, and the beginning of the letter. */
export function letterText(message: unknown, now: number): string {
  const arrived = new Date(numberOf(message, "arrived")).toISOString();
  const attempts = listOf(message, "history").flatMap((attempt) => [
    `Attempt of ${new Date(numberOf(attempt, "at")).toISOString()}`,
    ...listOf(attempt, "results").map(resultLine),
  ]);
  return [
    `${textOf(message, "id")}  ${standing(message, now)}`,
    `    from ${path(textOf(message, "reversePath"))}, ${sizeOf(message)}, since ${arrived}`,
    "Still to be reached",
    ...recipientLines(message),
    ...attempts,
    ...beginningOf(textOf(message, "beginning"), numberOf(message, "size")),
  ]
    .map(printable)
    .join("\n");
}

/** `waiting for 3 min, 2 tries, next in 57 s` */
function standing(message: unknown, now: number): string {
  const status = textOf(message, "status");
  const attempts = numberOf(message, "attempts");
  const due = numberOf(message, "due");
  const parts = [
    `${status === "active" ? "being sent now, here" : status === "held" ? "held, here" : status} for ${span(now - numberOf(message, "arrived"))}`,
    `${attempts} ${attempts === 1 ? "try" : "tries"}`,
  ];
  if (status === "waiting") parts.push(due <= now ? "next now" : `next in ${span(due - now)}`);
  return parts.join(", ");
}

function recipientLines(message: unknown): string[] {
  return listOf(message, "recipients").map(
    (recipient) =>
      `    to ${path(textOf(recipient, "forwardPath"))}: ${saidBy(recipient, textOf(recipient, "said"))}`,
  );
}

function resultLine(result: unknown): string {
  const reply = member(result, "reply");
  const words = [numberOf(reply, "code"), textOf(reply, "enhanced"), listOf(reply, "lines").join(" / ")];
  const said = words.filter((word) => word !== "").join(" ");
  return `    ${path(textOf(result, "forwardPath"))} ${textOf(result, "outcome")}: ${saidBy(result, said)}`;
}

function saidBy(result: unknown, said: string): string {
  const host = textOf(result, "host");
  if (said === "") return "not tried yet";
  return host === "" ? said : `${said} (${host})`;
}

/** The header section whole, of the text some lines; what is not shown is said. */
function beginningOf(beginning: string, size: number): string[] {
  if (beginning === "") return [];
  const lines = beginning.split(/\r?\n/);
  const blank = lines.indexOf("");
  const shown = lines.slice(0, blank < 0 ? lines.length : blank + 1 + TEXT_LINES);
  while (shown.at(-1) === "") shown.pop();
  const isWhole = Buffer.byteLength(beginning) >= size && shown.length >= lines.length - 1;
  return [`The letter${isWhole ? "" : ", its beginning"}`, ...shown.map((line) => `    ${line}`)];
}

function path(address: string): string {
  return `<${address}>`;
}

function sizeOf(message: unknown): string {
  return octets(numberOf(message, "size"));
}

function member(value: unknown, name: string): unknown {
  if (typeof value !== "object" || value === null) return undefined;
  return Object.entries(value).find(([key]) => key === name)?.[1];
}

function textOf(value: unknown, name: string): string {
  const found = member(value, name);
  return typeof found === "string" ? found : "";
}

/** 0 where there is none. */
export function numberOf(value: unknown, name: string): number {
  const found = member(value, name);
  return typeof found === "number" ? found : 0;
}

function listOf(value: unknown, name: string): readonly unknown[] {
  const found = member(value, name);
  return Array.isArray(found) ? found : [];
}
