/** `inspector tail [FILTER]`: what is said, as it is said, in a terminal. */
import { runOnce, UsageError, type OptionReader } from "@socketscope/host";
import { parseFilter, type Filter, type Holds } from "../filter.ts";
import { OctetSearch } from "../octet-search.ts";
import type { MessageView, SocketView } from "../views.ts";
import { Inspector } from "./inspector.ts";
import { inspectorState } from "./state-option.ts";
import { lineOf } from "./line.ts";

interface TailOptions {
  readonly state: string;
  readonly json: boolean;
  readonly all: boolean;
  readonly filter: Filter;
}

export function tail(version: string): Promise<void> {
  return runOnce(
    {
      name: "inspector tail",
      version,
      summary: "What the sockets say, as they say it, beside a running inspector.",
      examples: ["inspector tail", "inspector tail proto:smtp code:5xx", "inspector tail --all --json"],
      positionals: [
        { name: "FILTER", help: "as on the page: proto:smtp code:5xx", optional: true, repeatable: true },
      ],
      options: tailOptions,
    },
    follow,
  );
}

function tailOptions(read: OptionReader, words: readonly string[]): TailOptions {
  const text = words.join(" ");
  const filter = parseFilter(text);
  if ("at" in filter)
    throw new UsageError(
      "USAGE_BAD_VALUE",
      `the filter at character ${filter.at + 1} of "${text}": ${filter.message}`,
    );
  return {
    filter,
    state: inspectorState(read),
    all: read.flag("all", { help: "begin with what it knows already" }),
    json: read.flag("json", { help: "a JSON object a line" }),
  };
}

async function follow({ state, json, all, filter }: TailOptions): Promise<number> {
  using inspector = new Inspector(state);
  const snapshot = await inspector.snapshot();
  const sockets = new Map<number, SocketView>(snapshot.sockets.map((socket) => [socket.key, socket]));
  const from = all ? 0 : (snapshot.messages.at(-1)?.order ?? -1) + 1;
  const searches = new Map(filter.patterns.map((hex) => [hex, new OctetSearch(hex, from)]));
  const look = async (): Promise<void> => {
    for (const search of searches.values())
      await search.lookOn(
        (path) => inspector.search(path),
        () => true,
      );
  };
  const holds: Holds = (message, hex) => searches.get(hex)?.holds(message) === true;
  const show = (message: MessageView): void => {
    const socket = sockets.get(message.socket);
    if (!filter.empty && (socket === undefined || !filter.matches(message, socket, holds))) return;
    process.stdout.write(json ? `${JSON.stringify(message)}\n` : lineOf(message, socket));
  };
  if (all) {
    await look();
    for (const message of snapshot.messages) show(message);
  }
  for await (const changes of inspector.follow(snapshot.number)) {
    for (const change of changes) if (change.type === "socket") sockets.set(change.socket.key, change.socket);
    if (changes.some(({ type }) => type === "message")) await look();
    for (const change of changes) if (change.type === "message") show(change.message);
  }
  return 0;
}
