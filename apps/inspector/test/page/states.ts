/** The inspector with real traffic in it, in each of its states: for the test that looks for faults, and for the pictures. */
import { mkdir, rename, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { run, spawnApp, TemporaryFolder, type RunningApp } from "@socketscope/testkit";
import type { ControlView, MessageView, SocketView } from "../../src/views.ts";

export interface PageState {
  readonly name: string;
  readonly url: string;
}

export interface Stage extends AsyncDisposable {
  readonly origin: string;
  readonly web: string;
  /** HOST:PORT of SMTP. */
  readonly smtp: string;
  /** Of the relay's page and its API. */
  readonly inbox: string;
  readonly empty: PageState;
  /** After curl, swaks and a connection that the firewall refused. */
  talk(): Promise<readonly PageState[]>;
  /** The letter of `talk` once more, to a relay behind the library's engine: the two side by side. */
  engines(): Promise<PageState>;
  /** After ffmpeg has read a film by HLS: the playlist of its pictures. */
  film(): Promise<PageState>;
  /** While a relay's answer to swaks is held, and faults are set; until `letGo`. */
  hold(): Promise<{ readonly states: readonly PageState[]; readonly letGo: () => Promise<void> }>;
  /** While somebody is in the midst of a lesson, as tools/workshop writes it down: `done` of the step's two checks are ticked. */
  lesson(done: number): Promise<PageState>;
  lessonOver(): Promise<void>;
}

interface Snapshot {
  readonly sources: readonly { readonly app: string }[];
  readonly sockets: readonly SocketView[];
  readonly messages: readonly MessageView[];
  readonly refusals: readonly unknown[];
  readonly controls: readonly ControlView[];
}

export async function openStage(): Promise<Stage> {
  const folder = new TemporaryFolder("inspector-page");
  const state = ["--state", join(folder.path, "state")];
  const lessonFile = join(folder.path, "state", "workshop.json");
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
  const send = (server: string): Promise<unknown> =>
    run("swaks", ["--server", server, "--from", "ann@lab.test", "--to", "bob@lab.test", "--tls-optional"]);
  return {
    origin,
    web: web.url("http"),
    smtp,
    inbox: mail.url("web"),
    empty: { name: "empty", url: `${origin}/` },
    async talk() {
      await run("curl", ["-s", "-o", "/dev/null", "-u", "ann:secret", `${web.url("http")}/`]);
      await run("curl", ["-s", "-o", "/dev/null", `${web.url("http")}/nothing-here`]);
      await run("curl", ["-s", "-o", "/dev/null", "--interface", "127.0.0.66", `${web.url("http")}/`]);
      await send(smtp);
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
        { name: "compare", url: at(`mode=compare&with=1,2`) },
        { name: "part", url: at(`socket=${letter}&mode=part`) },
        { name: "filter-fault", url: at("socket=0&filter=colour:red") },
      ];
    },
    async engines() {
      // One relay a state folder: the second one has its own, and finds the same inspector.
      const other = join(folder.path, "other");
      await mkdir(other, { mode: 0o700 });
      await symlink(join(folder.path, "state", "inspector.sock"), join(other, "inspector.sock"));
      const library = await spawnApp("mail-relay", ["--state", other, "--engine", "smtp-server"]);
      apps.push(library);
      const { sources, sockets: before } = await snapshot();
      await until(async () => (await snapshot()).sources.length > Math.min(2, sources.length));
      await send(library.url("smtp").replace("smtp://", ""));
      await until(async () => {
        const { sockets } = await snapshot();
        return sockets.length > before.length && sockets.every(({ closed }) => closed !== undefined);
      });
      const relays = (await snapshot()).sockets.filter(({ app }) => app === "mail-relay");
      return {
        name: "compare-engines",
        url: `${origin}/?mode=compare&with=${relays[0]?.key},${relays.at(-1)?.key}&row=3`,
      };
    },
    async film() {
      const video = await start("video-streamer");
      await until(async () => (await snapshot()).sources.some(({ app }) => app === "video-streamer"));
      const url = `${video.url("http")}/vod/sample/master.m3u8`;
      await run("ffmpeg", ["-v", "error", "-t", "2", "-i", url, "-c", "copy", "-f", "null", "-"]);
      const playlists = async (): Promise<readonly MessageView[]> => {
        const { messages } = await snapshot();
        return messages.filter(({ means }) => means.startsWith("A media playlist"));
      };
      await until(async () => (await playlists()).length > 0);
      const [first] = await playlists();
      return { name: "playlist", url: `${origin}/?socket=${first?.socket}&message=${first?.id}` };
    },
    async hold() {
      const follower = new AbortController();
      void fetch(`${origin}/events?after=0`, { signal: follower.signal })
        .then((response) => response.text())
        .catch(() => undefined);
      const set = (listener: string, fault: unknown): Promise<unknown> =>
        fetch(`${origin}/api/control/${listener}`, { method: "POST", body: JSON.stringify(fault) });
      await set("mail-relay/faults/smtp", { on: "out", match: { nth: 4 }, action: { type: "hold" } });
      await set("web-server/faults/http", {
        on: "out",
        match: { contains: "404" },
        action: { type: "delay", ms: 500 },
      });
      const swaks = run("swaks", ["--server", smtp, "--from", "ann@lab.test", "--to", "cyd@lab.test"], {
        // It waits as long as somebody looks at the page.
        timeout: 300_000,
      });
      await until(async () => (await snapshot()).controls.some(({ held }) => held.length > 0));
      const { controls } = await snapshot();
      const held = controls.flatMap((control) => control.held)[0];
      return {
        states: [
          { name: "hold", url: `${origin}/?socket=${held?.socket}&mode=part` },
          { name: "hold-elsewhere", url: `${origin}/?socket=1` },
        ],
        letGo: async () => {
          await fetch(`${origin}/api/control/mail-relay/faults`, { method: "DELETE" });
          await fetch(`${origin}/api/control/web-server/faults`, { method: "DELETE" });
          await swaks;
          follower.abort();
        },
      };
    },
    async lesson(done) {
      const shown = {
        lesson: "A letter, an extension, a refusal",
        step: "An envelope",
        of: 6,
        checks: [
          {
            title: "an envelope is begun",
            done: done > 0,
            told: "You are connected, and no envelope was begun.",
          },
          {
            title: "somebody who does not exist, refused",
            done: done > 1,
            told: "Nobody was named yet who does not exist here: no 550 was seen.",
          },
        ],
      };
      const progress = { version: 1, lesson: 6, step: 3, begun: 0, done: { 6: [0, 1, 2] }, shown };
      await writeFile(`${lessonFile}.new`, JSON.stringify(progress));
      await rename(`${lessonFile}.new`, lessonFile);
      const { sockets } = await snapshot();
      const letter = sockets.find(({ app }) => app === "mail-relay")?.key ?? 0;
      return { name: "lesson", url: `${origin}/?socket=${letter}` };
    },
    lessonOver: () => rm(lessonFile),
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
