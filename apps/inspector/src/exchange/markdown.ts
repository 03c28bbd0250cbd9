/** A conversation as a table in Markdown: to be put into a report or a lesson. */
import type { MessageView, SocketView } from "../views.ts";

export function markdownOf(sockets: readonly SocketView[], messages: readonly MessageView[]): string {
  const sections = sockets.map((socket) => {
    const own = messages.filter((message) => message.socket === socket.key);
    const { transport, remote, local, opened } = socket;
    const rows = own.map(
      ({ at, who, said, means, source = "" }) =>
        `| ${(at - opened).toFixed(1)} ms | ${who} | ${cell(code(said))} | ${cell(means)} | ${source} |`,
    );
    return [
      `## ${socket.client ?? "unknown client"}, ${socket.protocol}: ${transport} ${remote.host}:${remote.port} ⇄ ${local.host}:${local.port}`,
      "",
      "| time | who | said | means | source |",
      "|---:|---|---|---|---|",
      ...rows,
      "",
    ].join("\n");
  });
  return `# What was said\n\n${sections.join("\n")}`;
}

/** RFC has no say here: CommonMark §6.1, as many backticks around as there are inside and one more. */
function code(text: string): string {
  const longest = Math.max(0, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = "`".repeat(longest + 1);
  return `${fence}${longest > 0 ? ` ${text} ` : text}${fence}`;
}

function cell(text: string): string {
  return text.replaceAll("|", String.raw`\|`).replaceAll(/[\r\n]+/g, " ");
}
