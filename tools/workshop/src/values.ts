/** The numbers a lesson speaks of, such as `{{port}}`: from the addresses of the servers that run. */
import type { SourceView } from "@socketscope/inspector";
import { matchOutput, type Values, type Walkthrough } from "@socketscope/walkthroughs";

/** Read from what a server's terminal must show, held against what the servers told the inspector. */
export function valuesOf(walkthrough: Walkthrough, sources: readonly SourceView[]): Values {
  const shown = sources
    .filter(({ connected }) => connected)
    .flatMap(({ app, listeners }) =>
      listeners.flatMap(({ name, url }) => {
        const address = url.replace(/\/$/, "");
        const [, host, port] = /^\w+:\/\/(.*):(\d+)$/.exec(address) ?? [];
        // The servers print their addresses, tools/socket says it in words.
        const words = `${name === "tcp" ? "listening" : "hearing"} on ${host} port ${port}`;
        return [`${name}  ${address}`, `${app}  ${name}  ${address}`, words];
      }),
    );
  const values = new Map<string, string>();
  for (const step of walkthrough.steps) {
    if (step.kind !== "open") continue;
    for (const pattern of step.expected.lines) {
      if (!pattern.includes("{{")) continue;
      for (const line of shown) {
        const match = matchOutput([pattern.trim()], [line], new Map());
        if (match.matches) for (const [name, value] of match.captured) values.set(name, value);
      }
    }
  }
  return values;
}
