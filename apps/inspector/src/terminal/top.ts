/** `inspector top`: the sockets by what they carry now, drawn anew each second; into a pipe once. */
import { printable, runOnce, type OptionReader } from "@socketscope/host";
import { joinedWords } from "../groups.ts";
import type { GroupView, SocketView } from "../views.ts";
import { Inspector } from "./inspector.ts";
import { inspectorState } from "./state-option.ts";

interface TopOptions {
  readonly state: string;
  readonly once: boolean;
}

/** Milliseconds between two pictures. */
const EVERY = 1000;

export function top(version: string): Promise<void> {
  return runOnce(
    {
      name: "inspector top",
      version,
      summary: "The sockets that carry most, beside a running inspector.",
      examples: ["inspector top", "inspector top --once"],
      options: topOptions,
    },
    show,
  );
}

function topOptions(read: OptionReader): TopOptions {
  return {
    state: inspectorState(read),
    once: read.flag("once", { help: "one picture, and no more" }),
  };
}

async function show({ state, once }: TopOptions): Promise<number> {
  using inspector = new Inspector(state);
  const lives = !once && process.stdout.isTTY;
  let before: ReadonlyMap<number, number> | undefined;
  for (;;) {
    const [sockets, groups] = [await inspector.sockets(), groupLines(await inspector.groups())];
    const rows = lives ? Math.max(5, (process.stdout.rows || 24) - 3 - groups.length) : Infinity;
    const table = [tableOf(sockets, before, rows), ...groups].join("");
    // ECMA-48: the cursor to the first place, and all below it empty
    process.stdout.write(lives ? `\u001B[H\u001B[J${cut(table, process.stdout.columns)}` : table);
    if (!lives) return 0;
    before = new Map(sockets.map((socket) => [socket.key, total(socket)]));
    await new Promise((resolve) => setTimeout(resolve, EVERY));
  }
}

/** A line that wraps would push the first ones out of sight. */
function cut(table: string, columns: number): string {
  return table
    .split("\n")
    .map((line) => line.slice(0, columns))
    .join("\n");
}

function total({ octets }: SocketView): number {
  return octets.in + octets.out;
}

/** UDP's groups below the table. */
export function groupLines(groups: readonly GroupView[]): readonly string[] {
  return groups.map(({ group, sockets, open, octets, joined }) => {
    const flows = `${sockets.length} ${sockets.length === 1 ? "flow" : "flows"}, ${open} open`;
    return `group ${printable(group.host)} port ${group.port}: ${flows}, ${octets} octets; ${joinedWords(joined)}\n`;
  });
}

function ended({ closed }: SocketView): 0 | 1 {
  return closed === undefined ? 0 : 1;
}

/** Busiest first, then what is open, then the newest. `before`: octets a second ago; undefined: nobody looked, so nothing is known of rates. */
export function tableOf(
  sockets: readonly SocketView[],
  before: ReadonlyMap<number, number> | undefined,
  rows: number,
): string {
  const rate = (socket: SocketView): number =>
    before === undefined ? 0 : total(socket) - (before.get(socket.key) ?? 0);
  const listed = sockets
    .toSorted((a, b) => rate(b) - rate(a) || ended(a) - ended(b) || b.key - a.key)
    .slice(0, rows);
  const lines = listed.map((socket) => {
    const { key, app, protocol, client, remote, octets, messages, faults, closed } = socket;
    return row([
      String(key),
      closed === undefined ? "open" : "closed",
      printable(app),
      printable(protocol),
      printable(client ?? `port ${remote.port}`),
      String(octets.in),
      String(octets.out),
      before === undefined ? "-" : String(rate(socket)),
      String(messages),
      String(faults),
    ]);
  });
  const open = sockets.filter(({ closed }) => closed === undefined).length;
  const head = row([
    "SOCKET",
    "STATE",
    "PROGRAM",
    "PROTOCOL",
    "CLIENT",
    "OCTETS IN",
    "OUT",
    "PER SECOND",
    "MESSAGES",
    "FAULTS",
  ]);
  return `${sockets.length} sockets, ${open} open\n${head}${lines.join("")}`;
}

const WIDTHS = [-6, 6, 14, 9, 18, -10, -10, -10, -8, -6];

/** A negative width: numbers, to the right. */
function row(cells: readonly string[]): string {
  const shown = cells.map((cell, index) => {
    const width = WIDTHS[index] ?? 0;
    return width < 0 ? cell.padStart(-width) : cell.slice(0, width).padEnd(width);
  });
  return `${shown.join(" ").trimEnd()}\n`;
}
