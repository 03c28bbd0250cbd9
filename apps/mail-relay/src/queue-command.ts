/** `mail-relay queue …`: the queue of a running relay, from a second terminal. */
import {
  askControl,
  defaultStateFolder,
  EXIT,
  kinds,
  nearest,
  printable,
  runOnce,
  UsageError,
  type OptionReader,
} from "@socketscope/host";

const ONE = ["show", "flush", "hold", "release", "remove"] as const;
type OneCommand = (typeof ONE)[number];

interface QueueOptions {
  readonly state: string;
  readonly json: boolean;
  readonly limit: number;
  readonly after: string | undefined;
  readonly command: "list" | OneCommand;
  readonly ids: readonly string[];
}

export function queueCommand(app: string, version: string): Promise<void> {
  return runOnce(
    {
      name: `${app} queue`,
      version,
      summary: "What waits for its next hop, in the queue of a running relay.",
      examples: [`${app} queue list`, `${app} queue flush`, `${app} queue hold ID`],
      positionals: [
        {
          name: "COMMAND",
          help: "list (default), show ID, flush [ID], hold ID, release ID, remove ID",
          optional: true,
        },
        { name: "ID", help: "as list shows it", optional: true, repeatable: true },
      ],
      options: queueOptions,
    },
    (options) => carryOut(app, options),
  );
}

function queueOptions(read: OptionReader, [word = "list", ...ids]: readonly string[]): QueueOptions {
  const { path, shown } = defaultStateFolder(process.env);
  const command = word === "list" ? "list" : ONE.find((known) => known === word);
  if (command === undefined) {
    const meant = nearest(word, ["list", ...ONE]);
    throw new UsageError(
      "USAGE_BAD_VALUE",
      `there is no queue command ${JSON.stringify(word)}${meant === undefined ? "" : ` (did you mean ${meant}?)`}`,
    );
  }
  if (ids.length === 0 && command !== "list" && command !== "flush")
    throw new UsageError("USAGE_BAD_VALUE", `${command} needs the ID of a message: list shows them`);
  return {
    command,
    ids,
    state: read.one("state", kinds.path("DIR"), { help: "the relay's state folder", default: path, shown }),
    json: read.flag("json", { help: "as JSON" }),
    limit: read.one("limit", kinds.integer(1, 1000), { help: "messages a list shows", default: 100 }),
    after: read.maybe(
      "after",
      { argument: "ID", read: (text) => text },
      { help: "list those behind this one" },
    ),
  };
}

async function carryOut(app: string, options: QueueOptions): Promise<number> {
  const { command, ids, state, json, limit, after } = options;
  const ask = (method: "GET" | "POST" | "DELETE", path: string): Promise<unknown> =>
    askControl(state, app, method, path);
  if (command === "list") {
    const query = new URLSearchParams({ limit: String(limit), ...(after !== undefined && { after }) });
    const page = await ask("GET", `/queue?${query.toString()}`);
    print(json ? pretty(page) : listText(page));
    return EXIT.ok;
  }
  if (command === "flush" && ids.length === 0) {
    const answer = await ask("POST", "/queue/flush");
    print(json ? pretty(answer) : `${numberOf(answer, "flushed")} to be tried now`);
    return EXIT.ok;
  }
  for (const id of ids) {
    const at = `/queue/${encodeURIComponent(id)}`;
    if (command === "show") print(pretty(await ask("GET", at)));
    else if (command === "remove") await ask("DELETE", at);
    else await ask("POST", `${at}/${command}`);
    if (command !== "show") print(`${id}: ${DONE[command]}`);
  }
  return EXIT.ok;
}

const DONE: Readonly<Record<Exclude<OneCommand, "show">, string>> = {
  flush: "to be tried now",
  hold: "held; release lets it go on",
  release: "released",
  remove: "removed; nobody is told",
};

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

function pretty(value: unknown): string {
  return JSON.stringify(value, undefined, 2);
}

/** A table for people: one message a line, what the hops said below it. */
function listText(page: unknown): string {
  const messages = listOf(page, "messages");
  if (messages.length === 0) return "the queue is empty";
  const lines = messages.flatMap((message) => [
    [
      textOf(message, "id").padEnd(20),
      textOf(message, "status").padEnd(8),
      `${numberOf(message, "attempts")} attempts`.padEnd(13),
      new Date(numberOf(message, "due")).toISOString(),
      `<${textOf(message, "reversePath")}>`,
    ].join("  "),
    ...listOf(message, "recipients").map(
      (recipient) =>
        `    <${textOf(recipient, "forwardPath")}> ${textOf(recipient, "said") || "not tried yet"}`,
    ),
  ]);
  const more = numberOf(page, "total") - messages.length;
  if (more > 0) lines.push(`${more} more; --after ${textOf(messages.at(-1), "id")} goes on`);
  return lines.map(printable).join("\n");
}

function member(value: unknown, name: string): unknown {
  if (typeof value !== "object" || value === null) return undefined;
  return Object.entries(value).find(([key]) => key === name)?.[1];
}
function textOf(value: unknown, name: string): string {
  const found = member(value, name);
  return typeof found === "string" ? found : "";
}
function numberOf(value: unknown, name: string): number {
  const found = member(value, name);
  return typeof found === "number" ? found : 0;
}
function listOf(value: unknown, name: string): readonly unknown[] {
  const found = member(value, name);
  return Array.isArray(found) ? found : [];
}
