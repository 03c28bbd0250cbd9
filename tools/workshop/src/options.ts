/** The command line. */
import { defaultStateFolder, kinds, UsageError, type OptionReader } from "@socketscope/host";

export const COMMANDS = ["list", "start", "check", "hint", "solution", "next", "reset", "doctor"] as const;
export type CommandName = (typeof COMMANDS)[number];

export interface WorkshopOptions {
  readonly command: CommandName;
  /** `start 6` or `start 6.3`: lesson and step, counted from 1. */
  readonly lesson: number | undefined;
  readonly step: number;
  readonly state: string;
  readonly portBase: number | undefined;
}

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
  return {
    command,
    lesson: place === null ? undefined : Number(place[1]),
    step: Number(place?.[2] ?? 1),
    state: read.one("state", kinds.path("DIR"), {
      help: "where servers and inspector meet",
      default: path,
      shown,
    }),
    portBase: read.maybe("port-base", kinds.integer(1024, 65_000), {
      help: "the inspector's port, where several people share a machine",
    }),
  };
}
