/** From options to a running inspector: state folder, tap link, store, API, page. */
import { join } from "node:path";
import {
  announce,
  describeError,
  generatePassword,
  isLoopback,
  listenerUrl,
  listenOn,
  openAuthority,
  openFirewall,
  openStateFolder,
  type Environs,
  type Ready,
  type Running,
} from "@socketscope/host";
import { listenTcp, type Listener } from "@socketscope/socket-core";
import { guard, serveHttp } from "@socketscope/web";
import { api } from "./api/api.ts";
import { Feed } from "./api/feed.ts";
import { ClauseLines } from "./clause-lines.ts";
import { listenInState, listenOnPort } from "./collect/tap-listener.ts";
import { openControl } from "./control.ts";
import { loadFile } from "./exchange/load.ts";
import { LessonFile } from "./lesson/lesson-file.ts";
import type { InspectorOptions } from "./options.ts";
import { openPage } from "./page.ts";
import { stepBack } from "./step-back.ts";
import { Store } from "./store/store.ts";
import { Controls } from "./take-part/controls.ts";

export const APP = "inspector";
export const VERSION = "0.1.0";

export async function startInspector(
  options: InspectorOptions,
  { log, secrets }: Environs,
): Promise<Running> {
  const state = await openStateFolder(options.state);
  // A recording is shown beside whatever runs; the socket and the taps belong to one.
  const live = options.replay === undefined;
  // Whom it watches comes first where there are too few processors for all.
  if (live) stepBack(options.priority);
  const lock = live ? await state.lockFor(APP) : undefined;
  const open: Listener[] = [];
  try {
    const store = new Store({ maxOctets: options.keep });
    if (options.replay !== undefined) {
      const { warnings } = await loadFile(store, options.replay);
      for (const warning of warnings) log.warn(`${options.replay}: ${warning}`);
    }
    const { showSecrets } = options;
    const feed = new Feed(store, () => {
      void controls?.look();
      void lesson?.look();
    });
    // Whoever may only look from elsewhere must not act from there.
    const takesPart = live && !options.lookOnly && options.hosts.every(isLoopback);
    const controls = takesPart
      ? new Controls({
          state: state.path,
          store,
          showSecrets,
          tell: (control) => feed.tell({ type: "control", control }),
        })
      : undefined;
    const lesson = live
      ? new LessonFile({
          state: state.path,
          tell: (now) => feed.tell({ type: "lesson", ...(now !== undefined && { lesson: now }) }),
        })
      : undefined;
    const clauses = new ClauseLines();
    const certificate = async (): Promise<string> => (await openAuthority(state)).certificate;
    // A client that a command of the page begins has to trust our servers; a recording's are elsewhere.
    const trust = live ? join(state.path, "ca.pem") : undefined;
    const said = { version: VERSION, controls, certificate, trust, lesson };
    const parts = { store, feed, showSecrets, clauses, ...said };
    // The socket in the state folder is its owner's alone; a port is everybody's on this machine.
    const ask = api({ ...parts, tlsKeys: true });
    const page = await openPage(api({ ...parts, tlsKeys: showSecrets }));
    const firewall = await openFirewall(options);
    const onError = (error: unknown): void => log.error(`a request failed: ${describeError(error)}`);
    const handler = guard(page);
    const pages = await listenOn(
      { hosts: options.hosts, port: options.port, option: "--port N", log },
      (host, port) =>
        listenTcp(
          { host, port, protocol: "http", admission: firewall, proxyFrom: options.proxyFrom },
          (stream) => serveHttp(stream, handler, { onError }),
        ),
    );
    open.push(...pages);
    const urls = pages.map(({ address }) => listenerUrl("page", address, "http"));
    if (live) open.push(await listenInState(state, { store, log }));
    const taps = await openTapPort(options, secrets.hide.bind(secrets), (host, port, token) =>
      listenOnPort({ host, port }, token, { store, log }),
    );
    open.push(...taps.listeners);
    if (live) open.push(await openControl({ state, ask, onError }));
    const ready: Ready = {
      app: APP,
      version: VERSION,
      engine: options.engine,
      state: state.path,
      listeners: urls,
      hints: [
        options.replay === undefined
          ? "Every socket of the servers that run on this state folder is shown there."
          : `Showing ${options.replay}`,
        ...(live && !takesPart ? ["The page only looks: it can hold and change nothing."] : []),
        ...(options.showSecrets ? ["--show-secrets: passwords and cookies are shown."] : []),
        ...taps.hints,
      ],
    };
    announce(ready, options.json);
    const close = async (ms: number): Promise<number> => {
      feed.close();
      controls?.[Symbol.dispose]();
      const cut = await Promise.all(open.map((listener) => listener.drain(ms)));
      return cut.reduce((sum, count) => sum + count, 0);
    };
    return {
      async drain(ms) {
        // Programs hold their links as long as they run: those are not waited for.
        const cut = await close(Math.min(ms, 500));
        await lock?.release();
        return cut;
      },
      cut: () => void close(0).catch(() => undefined),
    };
  } catch (error) {
    await Promise.all(open.map((listener) => listener.drain(0)));
    await lock?.release();
    throw error;
  }
}

async function openTapPort(
  { tapPort, hosts, replay }: InspectorOptions,
  hide: (secret: string) => void,
  listen: (host: string, port: number, token: string) => Promise<Listener>,
): Promise<{ readonly listeners: readonly Listener[]; readonly hints: readonly string[] }> {
  if (tapPort === "off" || replay !== undefined) return { listeners: [], hints: [] };
  const token = generatePassword();
  hide(token);
  const listeners = [];
  for (const host of hosts) listeners.push(await listen(host, tapPort, token));
  const { host, port } = listeners[0]?.address ?? { host: "", port: tapPort };
  return { listeners, hints: [`From elsewhere: start a server with --inspect ${host}:${port}#${token}`] };
}
