/** From options to a running server: state folder, certificate, firewall, site, listeners, control socket. */
import { realpath, stat } from "node:fs/promises";
import {
  describeError,
  enterService,
  openAuthority,
  onPremises,
  openFirewall,
  readCertificate,
  trustCommand,
  UsageError,
  type Authority,
  type Environs,
  type Ready,
  type Running,
} from "@socketscope/host";
import { Intercept, TapPoint, type TlsServerOptions } from "@socketscope/socket-core";
import { Demo } from "./demo/demo.ts";
import { DEMO_SITE } from "./demo/site-folder.ts";
import { accessLog } from "./access-log.ts";
import { readPasswords, type Passwords } from "./access/htpasswd.ts";
import type { Engine } from "@socketscope/web/engine";
import { Listeners } from "./listeners.ts";
import { Metrics } from "./metrics.ts";
import type { EngineName, WebServerOptions } from "./options.ts";
import { Proxies } from "./proxy/mounts.ts";
import { trusted } from "./proxy/trusted.ts";
import { LiveReload } from "./reload/live-reload.ts";
import { site, type Mount } from "./site.ts";
import { isInside } from "./upload/place.ts";

export const APP = "web-server";
export const VERSION = "0.1.0";

export async function startWebServer(
  options: WebServerOptions,
  { log }: Environs,
  engines: Readonly<Record<EngineName, Engine>>,
): Promise<Running> {
  await checkFolders(options);
  let passwords = await passwordsOf(options);
  return onPremises(options.state, APP, async (premises) => {
    const { state } = premises;
    const authority =
      options.httpsPort === "off" || options.tls !== undefined ? undefined : await openAuthority(state);
    const vouching = asksOverTls(options)
      ? await trusted(authority ?? (await openAuthority(state)))
      : undefined;
    const firewall = await openFirewall(options);
    const metrics = new Metrics();
    const lines = accessLog(options.accessLog, (line) => process.stdout.write(line));
    let listeners: Listeners | undefined;
    const tap = new TapPoint();
    const demo =
      options.root === DEMO_SITE ? await Demo.open({ uploads: state.file("web-server-uploads") }) : undefined;
    if (demo !== undefined) tap.attach(demo.tap);
    const reload = options.liveReload
      ? new LiveReload(options.root, (error) => log.error(`--live-reload: ${describeError(error)}`))
      : undefined;
    const gauges = { open: () => listeners?.open ?? 0 };
    const proxies = new Proxies(options.proxies, vouching, (error, { path, target }) =>
      log.error(`${path} → ${target.origin}: ${describeError(error)}`),
    );
    const mounts: Mount[] = [...proxies.mounts];
    if (options.metrics !== undefined)
      mounts.push({ path: options.metrics, handler: metrics.handler(gauges) });
    const failed = (error: unknown): void => log.error(`a request failed: ${describeError(error)}`);
    const handler = site({
      ...options,
      writable:
        options.writable === undefined ? undefined : { folder: options.writable, maxBody: options.maxBody },
      standing: { ...options, fields: options.fields.flatMap(({ name, value }) => [name, value]) },
      auth: options.auth === undefined ? undefined : { passwords: () => passwords, delay: delayOf(options) },
      mounts,
      demo,
      reload,
      ca: authority?.file,
      httpsPort: options.httpsRedirect ? () => listeners?.httpsPort : undefined,
      onError: failed,
      observers: lines === undefined ? [metrics.observe] : [metrics.observe, lines],
    });
    const intercepts = { http: new Intercept(), https: new Intercept() };
    listeners = await Listeners.open({
      engine: engines[options.engine],
      hosts: options.hosts,
      http: options.port,
      https: options.httpsPort,
      tls: await certificate(options, authority),
      handler,
      tap,
      intercepts,
      admission: firewall,
      proxyFrom: options.proxyFrom,
      idle: options.idle,
      maxConnections: options.maxConnections === "off" ? Number.MAX_SAFE_INTEGER : options.maxConnections,
      onError: failed,
    });
    const open = listeners;
    const ready: Ready = {
      app: APP,
      version: VERSION,
      engine: options.engine,
      state: state.path,
      ...(authority && { ca: authority.file, trust: trustCommand(authority.file) }),
      listeners: open.urls,
      hints: [
        demo === undefined ? `Serving ${options.root}` : "Serving the demo site; --root DIR serves yours",
        ...options.proxies.map(({ path, target }) => `Handing ${path} on to ${target.href}`),
      ],
    };
    return enterService({
      premises,
      options,
      log,
      ready,
      listeners: open,
      taps: [tap],
      firewall,
      intercepts,
      status: () => metrics.totals,
      certificate: () => certificate(options, authority),
      async reload() {
        passwords = await passwordsOf(options);
      },
      async drain(ms) {
        demo?.finish();
        reload?.close();
        const cut = await open.drain(ms);
        proxies.close();
        await demo?.close();
        return cut;
      },
    });
  });
}

/** Nobody where no password is asked for. */
async function passwordsOf({ auth }: WebServerOptions): Promise<Passwords> {
  return auth === undefined ? new Map() : readPasswords(auth);
}

/** Milliseconds. */
function delayOf({ loginDelay }: WebServerOptions): number {
  return loginDelay === "off" ? 0 : loginDelay;
}

async function certificate(
  { tls, httpsPort, hosts }: WebServerOptions,
  authority: Authority | undefined,
): Promise<TlsServerOptions | undefined> {
  if (httpsPort === "off") return undefined;
  if (tls === undefined) return authority?.issue(hosts);
  return readCertificate(tls);
}

function asksOverTls({ proxies }: WebServerOptions): boolean {
  return proxies.some(({ target }) => target.protocol === "https:");
}

async function checkFolders({
  root,
  writable,
  port,
  httpsPort,
  httpsRedirect,
}: WebServerOptions): Promise<void> {
  if (port === "off" && httpsPort === "off")
    throw new UsageError("USAGE_BAD_VALUE", "--port off and --https-port off: nothing is left to listen on");
  if (httpsRedirect && httpsPort === "off")
    throw new UsageError("USAGE_BAD_VALUE", "--https-redirect: --https-port is off");
  await checkFolder(root, "--root");
  if (writable === undefined) return;
  await checkFolder(writable, "--writable");
  if (!isInside(await realpath(writable), await realpath(root))) {
    throw new UsageError(
      "USAGE_BAD_VALUE",
      `--writable: ${writable} is not inside ${root}, where its files would be seen`,
    );
  }
}

async function checkFolder(folder: string, option: string): Promise<void> {
  const stats = await stat(folder).catch(() => undefined);
  if (stats?.isDirectory() !== true)
    throw new UsageError("USAGE_BAD_VALUE", `${option}: there is no folder ${folder}`);
}
