/** The numbers a lesson speaks of, such as `{{port}}`: from the addresses of the servers that run. */
import type { SourceView } from "@socketscope/inspector";
import { matchOutput, type Values, type Walkthrough } from "@socketscope/walkthroughs";

/** Read from what a server's terminal must show, held against what the servers told the inspector. */
export function valuesOf(walkthrough: Walkthrough, sources: readonly SourceView[]): Values {
  const shown = sources
    .filter(({ connected }) => connected)
    .flatMap(({ app, engine, listeners }) =>
      listeners.map(({ name, url }) => {
        const address = url.replace(/\/$/, "");
        const [, host, port] = /^\w+:\/\/(.*):(\d+)$/.exec(address) ?? [];
        // The servers print their addresses, tools/socket says it in words.
        const words = `${name === "tcp" ? "listening" : "hearing"} on ${host} port ${port}`;
        return { app, engine, url, lines: [`${name}  ${address}`, `${app}  ${name}  ${address}`, words] };
      }),
    );
  const values = new Map<string, string>();
  // Two listeners of one kind have a name each in the text, in the order in which they are begun.
  const named = new Set<string>();
  for (const step of walkthrough.steps) {
    if (step.kind !== "open") continue;
    for (const pattern of step.expected.lines) {
      if (!pattern.includes("{{")) continue;
      for (const { url, lines } of shown.filter((one) => !named.has(one.url) && isOf(step.command, one))) {
        const found = lines.map((line) => matchOutput([pattern.trim()], [line], new Map()));
        const match = found.find(({ matches }) => matches);
        if (match?.matches !== true) continue;
        named.add(url);
        for (const [name, value] of match.captured) values.set(name, value);
        break;
      }
    }
  }
  return values;
}

/** Has this command begun it? */
function isOf(command: string, { app, engine }: Pick<SourceView, "app" | "engine">): boolean {
  const started = /^npm start -- (\S+)/.exec(command)?.[1];
  if (started === undefined) return app === "socket";
  return app === started && engine === (/--engine (\S+)/.exec(command)?.[1] ?? "hand");
}
