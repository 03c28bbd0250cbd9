/** The same said by a program everybody has: what is masked here stays masked there. */
import type { MessageView, SocketView } from "../src/views.ts";

export interface Copyable {
  readonly label: string;
  readonly command: string;
}

export function commandsFor(
  message: MessageView,
  socket: SocketView,
  rows: readonly MessageView[],
): readonly Copyable[] {
  const { local, remote } = socket;
  // Where our program was the client, the server is the far end.
  const server = (message.direction === "in") === (message.who === "client") ? local : remote;
  const host = server.host.includes(":") ? `[${server.host}]` : server.host;
  const found: Copyable[] = [];
  if (message.protocol === "http") {
    const [method = "GET", target = "/"] = requestOf(message, rows);
    const scheme = socket.tls === undefined ? "http" : "https";
    const flag = method === "GET" ? "" : method === "HEAD" ? "-I " : `-X ${method} `;
    const url = target.startsWith("/") ? `${scheme}://${host}:${server.port}${target}` : target;
    found.push({ label: "Copy as curl", command: `curl -v ${flag}${quoted(url)}` });
    found.push({ label: "as our client", command: `npx web-client -v ${flag}${quoted(url)}` });
  }
  if (message.protocol === "smtp") {
    const path = (verb: RegExp): string | undefined =>
      rows.map(({ said }) => verb.exec(said)?.[1]).find((address) => address !== undefined);
    const from = path(/^MAIL FROM:<([^>]*)>/i) ?? "ann@a.test";
    const to = path(/^RCPT TO:<([^>]*)>/i) ?? "bob@b.test";
    const at = `${host}:${server.port}`;
    found.push({
      label: "Copy as swaks",
      command: `swaks --server ${at} --from ${quoted(from)} --to ${quoted(to)}`,
    });
    found.push({
      label: "as our client",
      command: `npx mail-client send --server ${at} --from ${quoted(from)} --to ${quoted(to)} --text hello`,
    });
  }
  if (message.protocol === "ftp")
    found.push({ label: "Copy as lftp", command: `lftp -e 'ls; bye' ftp://${host}:${server.port}` });
  if (socket.transport === "tcp")
    found.push({ label: "a raw socket", command: `npm run -s socket -- connect ${host}:${server.port}` });
  return found;
}

/** Of a request, or of what answers it. */
function requestOf(message: MessageView, rows: readonly MessageView[]): readonly string[] {
  const request =
    message.kind === "request"
      ? message
      : (rows.find(({ id }) => id === message.answers) ??
        rows.findLast(({ kind, order }) => kind === "request" && order < message.order));
  return request?.said.split(" ") ?? [];
}

/** For a POSIX shell. */
function quoted(word: string): string {
  return /^[\w@%+=:,./[\]-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
