/** Starts the apps together and ends them together. */
import { App, type Ready } from "./app.ts";
import { banner } from "./banner.ts";
import { choose, serversOf, UsageError } from "./choose.ts";
import { Crew } from "./crew.ts";

const help = `npm start                          all servers, on their usual ports
npm start -- APP [APP ...]         only these
npm start -- APP --port 9000 ...   one of them, with its own options
`;

/** Milliseconds within which two signals are one press of Ctrl+C. */
const ONE_PRESS = 300;

/** Resolves with the exit code: 0 after a signal, 1 when an app crashed, 2 for a wrong command line. */
export async function start(root: string, args: readonly string[]): Promise<0 | 1 | 2> {
  const available = serversOf(root);
  if (args[0] === "--help") {
    process.stdout.write(`${help}\nApps: ${available.join(", ")}\n`);
    return 0;
  }
  try {
    const { apps, options } = choose(args, available);
    return await runTogether(root, apps, options);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    process.stderr.write(`npm start: ${error.message}\n`);
    return 2;
  }
}

async function runTogether(
  root: string,
  names: readonly string[],
  options: readonly string[],
): Promise<0 | 1> {
  const width = Math.max(...names.map((name) => name.length));
  const crew = new Crew((name) => {
    const print = (app: string, line: string): void =>
      void process.stderr.write(`${app.padEnd(width)} | ${line}\n`);
    return new App(root, name, options, print);
  });
  // A terminal gives its Ctrl+C to npm and to us, and npm hands it on: that was one, and a person's second comes later.
  let signalled = -Infinity;
  const asked = (): void => {
    const now = performance.now();
    if (now - signalled > ONE_PRESS) crew.stop();
    signalled = now;
  };
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  for (const name of signals) process.on(name, asked);

  // Whoever watches is there before them: it sees each server's first socket.
  const isWatcher = (name: string): boolean => name === "inspector";
  const ready: (readonly [name: string, ready: Ready])[] = [];
  for (const shift of [names.filter(isWatcher), names.filter((name) => !isWatcher(name))]) {
    ready.push(...(await crew.start(shift)));
  }
  if (ready.length === names.length && !crew.stopping) {
    process.stdout.write(banner(ready.toSorted(([a], [b]) => names.indexOf(a) - names.indexOf(b))));
  }
  await crew.ended;
  for (const name of signals) process.removeListener(name, asked);
  return crew.crashed ? 1 : 0;
}
