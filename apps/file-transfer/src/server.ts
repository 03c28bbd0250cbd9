/** From options to a running server: state folder, certificate, accounts, files, listeners, control socket. */
import {
  describeError,
  enterService,
  Listeners,
  openAccount,
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
import { openAccounts } from "./accounts/roster.ts";
import type { Engine } from "./engine/engine.ts";
import { defaultFileLimits, openFiles } from "./files/files.ts";
import { Visits } from "./ftp/visit.ts";
import { FilePage } from "./page/file-page.ts";
import { WebLogins } from "./page/logins.ts";
import { webService } from "./page/service.ts";
import { Sessions } from "./sessions/sessions.ts";
import type { EngineName, FileTransferOptions } from "./options.ts";
import { reportsTo } from "./reports.ts";
import { ftpServices, numberOf, sftpService } from "./services.ts";
import { openHostKeys } from "./ssh/host-key.ts";
import { Xferlog } from "./xferlog.ts";

export const APP = "file-transfer";
export const VERSION = "0.1.0";

export async function startFileTransfer(
  options: FileTransferOptions,
  { log, secrets }: Environs,
  engines: Readonly<Record<EngineName, Engine>>,
): Promise<Running> {
  check(options);
  for (const { password } of options.users) secrets.hide(password);
  return onPremises(options.state, APP, async (premises) => {
    const { state } = premises;
    const generated = await openAccount(state);
    const accounts = await openAccounts({
      ...options,
      generated: { name: generated.user, password: generated.password },
      defaultHome: state.file("file-transfer/home/{user}"),
    });
    const files = openFiles({
      umask: options.umask,
      limits: { ...defaultFileLimits, partialExpiry: options.partialExpiry },
    });
    const authority = options.tls === undefined ? await openAuthority(state) : undefined;
    const tls = await certificate(options, authority);
    const firewall = await openFirewall(options);
    const failed = (error: unknown): void => log.error(describeError(error));
    const hostKeys = await openHostKeys(state, options.hostKeys);
    const xferlog = options.xferlog === undefined ? undefined : await Xferlog.open(options.xferlog, failed);
    const sessions = new Sessions();
    const reports = reportsTo(log, xferlog, sessions, failed);
    const loginDelay = options.loginDelay === "off" ? 0 : options.loginDelay;
    const visits = new Visits({
      accounts,
      files,
      requireTls: options.requireTls,
      loginDelay,
      sessionsPerUser: numberOf(options.maxSessionsPerUser),
      ascii: options.ascii,
      now: Date.now,
      ...reports.ftp,
    });
    const tap = new TapPoint();
    const intercepts = { ftp: new Intercept(), ftps: new Intercept(), sftp: new Intercept() };
    const parts = { options, admission: firewall, tap, intercepts };
    const logins = new WebLogins({ accounts, delay: loginDelay, ...reports.web });
    const pages = new FilePage({
      logins,
      files,
      sessions,
      transferred: reports.web.transferred,
      listeners: () => listeners.urls,
      requireTls: options.requireTls,
    });
    const services = [
      ...ftpServices(parts, { engine: engines[options.engine], tls, visits }),
      sftpService(parts, { accounts, files, hostKeys, reports }),
      webService({ ...parts, ...options, port: options.webPort, onError: failed }, pages.handler),
    ];
    const listeners = await Listeners.open(services, options.hosts, log);
    const ready: Ready = {
      app: APP,
      version: VERSION,
      engine: options.engine,
      state: state.path,
      ...(authority && { ca: authority.file, trust: trustCommand(authority.file) }),
      ...(usesGenerated(options) && { account: generated }),
      listeners: listeners.urls,
      hints: [hintOf(options, state.file("file-transfer/home/{user}"))],
    };
    return enterService({
      premises,
      options,
      log,
      ready,
      listeners,
      taps: [tap],
      firewall,
      intercepts,
      status: () => ({ users: visits.users.size }),
      certificate: () => certificate(options, authority),
      async reload() {
        await accounts.reload();
        logins.forget();
      },
      async drain(ms) {
        pages.close();
        const cut = await listeners.drain(ms);
        await files.close();
        await accounts.close();
        await xferlog?.close();
        return cut;
      },
    });
  });
}

/** The generated account is there where nobody else is. */
function usesGenerated({ users, usersFile, authorizedKeys }: FileTransferOptions): boolean {
  return users.length === 0 && usersFile === undefined && authorizedKeys.length === 0;
}

async function certificate(
  { tls, hosts, publicAddress }: FileTransferOptions,
  authority: Authority | undefined,
): Promise<TlsServerOptions | undefined> {
  const names = [...hosts, ...(publicAddress === undefined ? [] : [publicAddress])];
  const made = tls === undefined ? await authority?.issue(names) : await readCertificate(tls);
  // Who offers protocols by ALPN and not this one is no FTP client: a browser led here is refused in the handshake.
  return made && { ...made, alpn: ["ftp", "ftp-data"] };
}

function hintOf({ home, anonymous, requireTls }: FileTransferOptions, defaultHome: string): string {
  const open = anonymous === undefined ? "" : `; anybody reads ${anonymous}`;
  return `Files are in ${home ?? defaultHome}${open}${requireTls ? "; only under TLS" : ""}`;
}

function check({ port, implicitPort, sftpPort }: FileTransferOptions): void {
  if (port === "off" && implicitPort === "off" && sftpPort === "off")
    throw new UsageError("USAGE_BAD_VALUE", "every port is off: nothing is left to listen on");
}
