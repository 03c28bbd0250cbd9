/** A message as one line of a terminal. What a peer sent can neither end the line nor paint the screen. */
import { printable } from "@socketscope/host";
import type { MessageView, SocketView } from "../views.ts";

const SPEAKERS: Readonly<Record<MessageView["who"], string>> = {
  client: "client →",
  server: "← server",
  both: "both ends",
};

export function lineOf(message: MessageView, socket: SocketView | undefined): string {
  const { at, who, protocol, said, means, source, problem } = message;
  const time = new Date(at).toISOString().slice(11, 23);
  const name =
    socket === undefined ? `socket ${message.socket}` : `${socket.client ?? "?"}:${socket.remote.port}`;
  const broken = problem === undefined ? "" : ` [${printable(problem)}]`;
  const where = source === undefined ? "" : ` (${source})`;
  return `${time}  ${protocol.padEnd(6)} ${printable(name).padEnd(22)} ${SPEAKERS[who].padEnd(9)}  ${printable(said)}${broken}\n${" ".repeat(14)}${printable(means)}${where}\n`;
}
