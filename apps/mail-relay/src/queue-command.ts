/** `mail-relay queue …`: the queue of a running relay, from a second terminal. */
import {
  askControl,
  defaultStateFolder,
  EXIT,
  kinds,
  nearest,
  runOnce,
  UsageError,
  type OptionReader,
} from "@socketscope/host";
import { letterText, listText, numberOf } from "./queue/queue-text.ts";

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
      examples: [`${app} queue list`, `${app} queue show ID`, `${app} queue flush`],
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
  if (ids.length > 0 && command === "list")
    throw new UsageError("USAGE_BAD_VALUE", "list takes no ID: show ID tells of one message");
  if (ids.length === 0 && command !== "list" && command !== "flush")
    throw new UsageError("USAGE_BAD_VALUE", `${command} needs the ID of a message: list shows them`);
  return {
    command,
    ids,
    state: read.one("state", kinds.path("DIR"), { help: "the relay's state folder", default: path, shown }),
    json: read.flag("json", { help: "print what the relay answers, as JSON" }),
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
    print(json ? pretty(page) : listText(page, Date.now()));
    return EXIT.ok;
  }
  if (command === "flush" && ids.length === 0) {
    const answer = await ask("POST", "/queue/flush");
    print(json ? pretty(answer) : `${numberOf(answer, "flushed")} to be tried now`);
    return EXIT.ok;
  }
  for (const id of ids) {
    const at = `/queue/${encodeURIComponent(id)}`;
    const answer =
      command === "show"
        ? await ask("GET", at)
        : command === "remove"
          ? await ask("DELETE", at)
          : await ask("POST", `${at}/${command}`);
    if (json) print(pretty(answer));
    else print(command === "show" ? letterText(answer, Date.now()) : `${id}: ${DONE[command]}`);
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
