/** Starts the apps together and ends them together. */
import { App } from "./app.ts";
import { banner } from "./banner.ts";
import { choose, serversOf, UsageError } from "./choose.ts";

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
  const apps = names.map(
    (name) =>
      new App(root, name, options, (app, line) => process.stderr.write(`${app.padEnd(width)} | ${line}\n`)),
  );
  let stopping = false;
  const stopAll = (): void => {
    stopping = true;
    // A second time it cuts: the apps know what twice means.
    for (const app of apps) app.signal("SIGTERM");
  };
  // A terminal gives its Ctrl+C to npm and to us, and npm hands it on: that was one, and a person's second comes later.
  let signalled = -Infinity;
  const asked = (): void => {
    const now = performance.now();
    if (now - signalled > ONE_PRESS) stopAll();
    signalled = now;
  };
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  for (const name of signals) process.on(name, asked);

  let crashed = false;
  const watched = apps.map(async (app) => {
    const { how } = await app.ended;
    // Asked to end, or asked for something else than to serve (--help).
    if (how === 0 && (stopping || !app.wasReady)) return;
    crashed = true;
    process.stderr.write(crashReport(app, how));
    if (!stopping) stopAll();
  });
  const allReady = Promise.all(apps.map((app) => app.ready));
  const allEnded = Promise.all(watched);
  const ready = await Promise.race([allReady, allEnded.then(() => undefined)]);
  if (ready !== undefined && !stopping) {
    process.stdout.write(banner(ready.map((one, at) => [names[at] ?? "", one] as const)));
  }
  await allEnded;
  for (const name of signals) process.removeListener(name, asked);
  return crashed ? 1 : 0;
}

function crashReport(app: App, how: number | string): string {
  const lines = app.lastLines.map((line) => `    ${line}\n`).join("");
  const said = lines === "" ? "It said nothing.\n" : `Its last lines:\n${lines}`;
  return `\nnpm start: ${app.name} ended with ${typeof how === "number" ? `code ${how}` : how}. ${said}`;
}
