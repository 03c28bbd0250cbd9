/** `--room` in a terminal: says where the page is and how one takes part, until a signal. */
import { once } from "node:events";
import type { Ground } from "../ground.ts";
import { openRoom } from "./open-room.ts";

export async function facilitate(
  { lessons, print }: Ground,
  { hosts, port }: { readonly hosts: readonly string[]; readonly port: number },
  stopped: AbortSignal,
): Promise<number> {
  const room = await openRoom({ lessons, hosts, port });
  const wall = `${room.page}wall`;
  print(
    `\nThe room is open.\n\n  ${room.page}   who takes part, and how far\n  ${wall}   for the projector, without names\n` +
      `  ${room.page}slides   the lessons' texts as slides\n\nTo take part:\n\n${room.joining.map((line) => `  ${line}\n`).join("")}\n` +
      (hosts.length === 0 ? "From this machine only: --host ADDRESS takes reports from your network.\n" : ""),
  );
  if (!stopped.aborted) await once(stopped, "abort");
  await room.close();
  return 0;
}
