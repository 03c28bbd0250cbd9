/** The command line. */
import {
  BadValue,
  defaultStateFolder,
  type Kind,
  kinds,
  UsageError,
  type OptionReader,
} from "@socketscope/host";
import { isName, MAX_NAME } from "./room/report.ts";
import type { Joining } from "./room/taking-part.ts";

export const COMMANDS = ["list", "start", "check", "hint", "solution", "next", "reset", "doctor"] as const;
export type CommandName = (typeof COMMANDS)[number];

export interface WorkshopOptions {
  readonly command: CommandName;
  /** `start 6` or `start 6.3`: lesson and step, counted from 1. */
  readonly lesson: number | undefined;
  readonly step: number;
  readonly state: string;
  readonly portBase: number | undefined;
  /** The facilitator's page; then the command is none. */
  readonly room: { readonly hosts: readonly string[]; readonly port: number } | undefined;
  /** A room that is told how far one is; undefined: nobody is told anything. */
  readonly join: Joining | undefined;
}

const roomAddress: Kind<Omit<Joining, "name">> = {
  argument: "HOST:PORT#TOKEN",
  read(text, base) {
    const hash = text.indexOf("#");
    const token = hash < 0 ? "" : text.slice(hash + 1);
    if (!/^[\w-]{16,128}$/.test(token))
      throw new BadValue("give HOST:PORT#TOKEN, as the facilitator shows it");
    return { token, ...kinds.hostPort.read(text.slice(0, hash), base) };
  },
};

const personName: Kind<string> = {
  argument: "NAME",
  read(text) {
    if (!isName(text)) throw new BadValue(`give a name of letters and digits, at most ${MAX_NAME} of them`);
    return text;
  },
};

export function workshopOptions(
  read: OptionReader,
  [word = "list", which]: readonly string[],
): WorkshopOptions {
  const command = COMMANDS.find((one) => one === word);
  if (command === undefined)
    throw new UsageError(
      "USAGE_BAD_VALUE",
      `there is no command ${JSON.stringify(word)}: ${COMMANDS.join(", ")}`,
    );
  const place = /^(\d{1,2})(?:\.(\d{1,2}))?$/.exec(which ?? "");
  if (which !== undefined && place === null)
    throw new UsageError(
      "USAGE_BAD_VALUE",
      `${JSON.stringify(which)}: give a lesson, or a lesson and a step: 6 or 6.3`,
    );
  const { path, shown } = defaultStateFolder(process.env);
  const state = read.one("state", kinds.path("DIR"), {
    help: "where servers and inspector meet",
    default: path,
    shown,
  });
  const portBase = read.maybe("port-base", kinds.integer(1024, 65_000), {
    help: "the inspector's port, where several people share a machine",
  });
  const join = read.maybe("join", roomAddress, {
    help: "with start: take part in a room: it is told your name, your step, and what is done",
  });
  const name = read.maybe("name", personName, { help: "with --join: how the room shall call you" });
  if (join !== undefined && name === undefined)
    throw new UsageError("USAGE_BAD_VALUE", "--join: say who you are, too: --name NAME");
  read.group("For the facilitator:");
  const room = read.flag("room", {
    help: "a page on this machine: who takes part and how far; slides; a wall",
  });
  const hosts = read.list("host", kinds.address, {
    help: "with --room: take reports from your network on this address; who has no token is refused",
  });
  const port = read.one("room-port", kinds.port, { help: "with --room: its port", default: 4780 });
  return {
    command,
    lesson: place === null ? undefined : Number(place[1]),
    step: Number(place?.[2] ?? 1),
    state,
    portBase,
    room: room ? { hosts, port } : undefined,
    join: join && name !== undefined ? { ...join, name } : undefined,
  };
}
