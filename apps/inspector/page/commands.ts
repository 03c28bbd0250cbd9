/** The same said by a program everybody has: what is masked here stays masked there, and a password is asked for. */
import type { MessageView, SocketView } from "../src/views.ts";

export interface Copyable {
  readonly label: string;
  readonly command: string;
}

/** `trust`: the file of the authority that signed the server's certificate. */
export function commandsFor(
  message: MessageView,
  socket: SocketView,
  rows: readonly MessageView[],
  trust: string | undefined,
): readonly Copyable[] {
  const { local, remote } = socket;
  // Where our program was the client, the server is the far end.
  const server = (message.direction === "in") === (message.who === "client") ? local : remote;
  const host = server.host.includes(":") ? `[${server.host}]` : server.host;
  const at = `${host}:${server.port}`;
  const raw = { label: "a raw socket", command: `npm run -s socket -- connect ${at}` };
  const found = commandsOf(message, socket, rows, at, trust);
  return socket.transport === "tcp" ? [...found, raw] : found;
}

function commandsOf(
  message: MessageView,
  socket: SocketView,
  rows: readonly MessageView[],
  at: string,
  trust: string | undefined,
): readonly Copyable[] {
  const secure = socket.tls !== undefined;
  const [theirs, ours] =
    secure && trust !== undefined ? [`--cacert ${quoted(trust)} `, `--ca ${quoted(trust)} `] : ["", ""];
  // TLS was asked for, or it came first.
  const upgraded = said(rows, /^(STARTTLS|STLS|AUTH (?:TLS|SSL)\S*)$/i) !== undefined;
  switch (message.protocol) {
    case "http": {
      const [method = "GET", target = "/"] = requestOf(message, rows);
      const flag = method === "GET" ? "" : method === "HEAD" ? "-I " : `-X ${method} `;
      const url = target.startsWith("/") ? `${secure ? "https" : "http"}://${at}${target}` : target;
      return [
        { label: "Copy as curl", command: `curl -v ${theirs}${flag}${quoted(url)}` },
        { label: "as our client", command: `npx web-client -v ${ours}${flag}${quoted(url)}` },
      ];
    }
    case "smtp": {
      const from = said(rows, /^MAIL FROM:<([^>]*)>/i) ?? "ann@a.test";
      const to = said(rows, /^RCPT TO:<([^>]*)>/i) ?? "bob@b.test";
      const tls = !secure ? "" : upgraded ? "--tls " : "--tls-on-connect ";
      const logsIn = said(rows, /^(AUTH) /i) === undefined ? "" : "--auth ";
      const letter = `--from ${quoted(from)} --to ${quoted(to)}`;
      return [
        { label: "Copy as swaks", command: `swaks --server ${at} ${tls}${logsIn}${letter}` },
        {
          label: "as our client",
          command: `npx mail-client send --server ${at} ${tls}${ours}${letter} --text hello`,
        },
      ];
    }
    case "pop3": {
      const user = said(rows, /^USER (.+)$/i) ?? "NAME";
      const url = secure && !upgraded ? `pop3s://${at}/` : `pop3://${at}/`;
      const first = secure && upgraded ? "--ssl-reqd " : "";
      return [{ label: "Copy as curl", command: `curl -v ${theirs}${first}-u ${quoted(user)} ${url}` }];
    }
    case "ftp": {
      const url = `${secure && !upgraded ? "ftps" : "ftp"}://${at}`;
      return [{ label: "Copy as lftp", command: lftp(url, said(rows, /^USER (.+)$/i), trust) }];
    }
  }
  return [];
}

/** It takes TLS wherever that is offered: then it has to know whom to trust. */
export function lftp(url: string, user: string | undefined, trust: string | undefined): string {
  const script = `${trust === undefined ? "" : `set ssl:ca-file "${trust}"; `}ls; bye`;
  return `lftp ${user === undefined ? "" : `-u ${quoted(user)} `}-e ${quoted(script)} ${url}`;
}

/** What stands in brackets in the first line of the client that is of this form. */
function said(rows: readonly MessageView[], form: RegExp): string | undefined {
  for (const row of rows) {
    const found = row.who === "client" ? form.exec(row.said)?.[1] : undefined;
    if (found !== undefined) return found;
  }
  return undefined;
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
