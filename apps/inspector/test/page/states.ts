/** The inspector with real traffic in it, in each of its states: for the test that looks for faults, and for the pictures. */
import { join } from "node:path";
import { run, spawnApp, TemporaryFolder, type RunningApp } from "@socketscope/testkit";
import type { MessageView, SocketView } from "../../src/views.ts";

export interface PageState {
  readonly name: string;
  readonly url: string;
}

export interface Stage extends AsyncDisposable {
  readonly origin: string;
  readonly web: string;
  /** HOST:PORT of SMTP. */
  readonly smtp: string;
  readonly empty: PageState;
  /** After curl, swaks and a connection that the firewall refused. */
  talk(): Promise<readonly PageState[]>;
}

interface Snapshot {
  readonly sources: readonly unknown[];
  readonly sockets: readonly SocketView[];
  readonly messages: readonly MessageView[];
  readonly refusals: readonly unknown[];
}

export async function openStage(): Promise<Stage> {
  const folder = new TemporaryFolder("inspector-page");
  const state = ["--state", join(folder.path, "state")];
  const apps: RunningApp[] = [];
  const start = async (name: string, more: readonly string[] = []): Promise<RunningApp> => {
    const app = await spawnApp(name, [...state, ...more]);
    apps.push(app);
    return app;
  };
  const inspector = await start("inspector");
  const web = await start("web-server", ["--firewall", "reject 127.0.0.66"]);
  const mail = await start("mail-relay");
  const origin = inspector.url("page");
  const snapshot = async (): Promise<Snapshot> =>
    (await (await fetch(`${origin}/api/snapshot`)).json()) as Snapshot;
  await until(async () => (await snapshot()).sources.length === 2);
  const smtp = mail.url("smtp").replace("smtp://", "");
  return {
    origin,
    web: web.url("http"),
    smtp,
    empty: { name: "empty", url: `${origin}/` },
    async talk() {
      await run("curl", ["-s", "-o", "/dev/null", "-u", "ann:secret", `${web.url("http")}/`]);
      await run("curl", ["-s", "-o", "/dev/null", `${web.url("http")}/nothing-here`]);
      await run("curl", ["-s", "-o", "/dev/null", "--interface", "127.0.0.66", `${web.url("http")}/`]);
      await run("swaks", [
        "--server",
        smtp,
        "--from",
        "ann@lab.test",
        "--to",
        "bob@lab.test",
        "--tls-optional",
      ]);
      await until(async () => {
        const { sockets, refusals } = await snapshot();
        return refusals.length > 0 && sockets.filter(({ closed }) => closed !== undefined).length >= 3;
      });
      const { sockets, messages } = await snapshot();
      const letter = sockets.find(({ app }) => app === "mail-relay")?.key ?? 0;
      const request = messages.find(({ kind }) => kind === "request");
      const recipient = messages.find(({ said }) => said.startsWith("RCPT"));
      const at = (query: string): string => `${origin}/?${query}`;
      return [
        { name: "transcript", url: at(`socket=${letter}&message=${recipient?.id}`) },
        { name: "request", url: at(`socket=${request?.socket}&message=${request?.id}`) },
        { name: "sequence", url: at(`socket=${letter}&view=sequence&message=${recipient?.id}`) },
        { name: "bytes", url: at(`socket=${letter}&view=bytes&message=${recipient?.id}`) },
        { name: "rates", url: at("socket=0&view=rates") },
        { name: "everything", url: at("socket=0") },
        { name: "faults", url: at("socket=0&filter=code:4xx") },
        { name: "no-match", url: at("socket=0&filter=code:599") },
        { name: "filter-fault", url: at("socket=0&filter=colour:red") },
      ];
    },
    async [Symbol.asyncDispose]() {
      for (const app of apps.toReversed()) await app[Symbol.asyncDispose]();
      folder[Symbol.dispose]();
    },
  };
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  for (const began = Date.now(); Date.now() - began < 20_000;) {
    if (await condition()) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error("what was waited for did not come within 20 s");
}
