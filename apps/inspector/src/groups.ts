/** UDP's groups: those who send to one are one group with its flows (RFC 1112 §4, RFC 4291 §2.7). */
import type { GroupView, SocketView } from "./views.ts";

/** 224.0.0.0/4 and ff00::/8. */
export function isGroup(host: string): boolean {
  return /^(?:22[4-9]|23\d)\./.test(host) || /^ff[\da-f]{2}:/i.test(host);
}

/** The one that a socket sends to. */
export function groupOf({ transport, remote }: Pick<SocketView, "transport" | "remote">): string | undefined {
  return transport === "udp" && isGroup(remote.host) ? `${remote.host} ${remote.port}` : undefined;
}

/** In the order in which they were first sent to. */
export function groupsOf(sockets: Iterable<SocketView>): readonly GroupView[] {
  const groups = new Map<string, SocketView[]>();
  for (const socket of sockets) {
    const name = groupOf(socket);
    if (name === undefined) continue;
    const flows = groups.get(name);
    if (flows === undefined) groups.set(name, [socket]);
    else flows.push(socket);
  }
  return [...groups.values()].flatMap((flows) => {
    const [first] = flows;
    if (first === undefined) return [];
    return [
      {
        group: first.remote,
        sockets: flows.map(({ key }) => key),
        open: flows.filter(({ closed }) => closed === undefined).length,
        octets: flows.reduce((sum, { octets }) => sum + octets.in + octets.out, 0),
      },
    ];
  });
}

/** In words: who has joined it, where the system tells that. */
export function joinedWords(joined: GroupView["joined"]): string {
  if (joined === undefined) return "who joined is not told here";
  if (joined.length === 0) return "nobody here joined";
  return joined.map(({ device, users }) => `${users} joined on ${device}`).join(", ");
}
