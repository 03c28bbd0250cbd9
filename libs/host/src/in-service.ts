/**
 * What every server does the same way: it takes its state folder, and once its listeners are open it comes into service:
 * control socket, link to an inspector, ready line. It leaves in the opposite order.
 */
import type { Firewall, Intercept, Listener, TapPoint, TlsServerOptions } from "@socketscope/socket-core";
import type { ControlResources } from "./control.ts";
import { faultResources } from "./control-faults.ts";
import { firewallResources } from "./control-firewall.ts";
import { openControlSocket, statusResources } from "./control-socket.ts";
import { readFirewallRules } from "./firewall-options.ts";
import type { Listeners } from "./listeners.ts";
import type { Lock } from "./lock.ts";
import type { Log } from "./log.ts";
import { announce, type Ready } from "./ready.ts";
import type { Running } from "./run-server.ts";
import type { ServerOptions } from "./server-options.ts";
import { openStateFolder, type StateFolder } from "./state.ts";
import { openTapLink } from "./tap-link.ts";

/** A server's state folder, and the right to be the one that runs on it. */
export interface Premises {
  readonly state: StateFolder;
  readonly lock: Lock;
}

/** Calls `start` with them; they are given back when it fails. Throws StateError where another runs there already. */
export async function onPremises<T>(
  path: string,
  app: string,
  start: (premises: Premises) => Promise<T>,
): Promise<T> {
  const state = await openStateFolder(path);
  const lock = await state.lockFor(app);
  try {
    return await start({ state, lock });
  } catch (error) {
    await lock.release();
    throw error;
  }
}

export interface InServiceParts {
  readonly premises: Premises;
  readonly options: Pick<
    ServerOptions<string>,
    "firewall" | "inspect" | "inspectRate" | "inspectWire" | "json"
  >;
  readonly log: Log;
  readonly ready: Ready;
  readonly listeners: Pick<Listeners, "open" | "drain" | "replaceTls">;
  readonly taps: readonly TapPoint[];
  readonly firewall: Firewall;
  /** By the names of the listeners in the ready line. */
  readonly intercepts: Readonly<Record<string, Intercept>>;
  /** What `GET /status` says besides. */
  readonly status?: () => Readonly<Record<string, unknown>>;
  /** Of the control socket, beside `/status`, `/firewall` and `/faults`. */
  readonly resources?: ControlResources;
  /** As it can be read now; undefined: nobody has one. */
  certificate(): Promise<TlsServerOptions | undefined>;
  /** What else SIGHUP reads again. It changes nothing before all of its own could be read. */
  reload?(): Promise<void>;
  /** Resolves when nobody is served any more, within `ms` milliseconds, and all that was opened is closed: how many were cut. */
  drain(ms: number): Promise<number>;
}

/** Throws StateError where the control socket's name is taken; then nothing of the server is left open. */
export async function enterService(parts: InServiceParts): Promise<Running> {
  const { premises, options, ready, listeners, taps, firewall } = parts;
  const control = await openControl(parts).catch(async (error: unknown) => {
    await parts.drain(0);
    throw error;
  });
  const { inspect: target, inspectRate: budget, inspectWire: wire } = options;
  const link = openTapLink({ target, budget, wire, ready, taps });
  // Who reads the ready line comes at once, and is to be seen.
  await link.tried;
  announce(ready, options.json);
  return {
    async drain(ms) {
      const cut = await parts.drain(ms);
      await control.drain(0);
      link.close();
      await premises.lock.release();
      return cut;
    },
    cut() {
      listeners.drain(0).catch(() => undefined);
      control.drain(0).catch(() => undefined);
    },
    async reload() {
      // All is read before anything is changed: what cannot be read leaves the server as it was.
      const rules = await readFirewallRules(options.firewall);
      const certificate = await parts.certificate();
      await parts.reload?.();
      firewall.replaceRules(rules);
      if (certificate !== undefined) listeners.replaceTls(certificate);
    },
  };
}

function openControl(parts: InServiceParts): Promise<Listener> {
  const { premises, log, ready, listeners, firewall, intercepts } = parts;
  return openControlSocket({
    state: premises.state,
    app: ready.app,
    resources: {
      ...statusResources(ready, () => ({ open: listeners.open, ...parts.status?.() })),
      ...firewallResources(firewall),
      ...faultResources(intercepts),
      ...parts.resources,
    },
    log,
  });
}
