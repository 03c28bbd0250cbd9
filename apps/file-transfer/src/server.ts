/** From options to a running server: state folder, certificate, accounts, files, listeners, control socket. */
import {
  announce,
  describeError,
  faultResources,
  firewallResources,
  Listeners,
  openAccount,
  openAuthority,
  openControlSocket,
  openFirewall,
  openStateFolder,
  openTapLink,
  readCertificate,
  readFirewallRules,
  statusResources,
  trustCommand,
  UsageError,
  type Authority,
  type Environs,
  type Log,
  type Ready,
  type Running,
  type Service,
} from "@socketscope/host";
import { Intercept, TapPoint, type Admission, type TlsServerOptions } from "@socketscope/socket-core";
import { openAccounts } from "./accounts/roster.ts";
import type { Engine, EngineLimits } from "./engine/engine.ts";
import { defaultFileLimits, openFiles } from "./files/files.ts";
import type { FtpRole, Peer } from "./ftp/ftp-options.ts";
import type { FtpTransfer } from "./ftp/transfer-record.ts";
import { Visits } from "./ftp/visit.ts";
import type { EngineName, FileTransferOptions } from "./options.ts";
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
  const state = await openStateFolder(options.state);
  const lock = await state.lockFor(APP);
  try {
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
    const xferlog = options.xferlog === undefined ? undefined : await Xferlog.open(options.xferlog, failed);
    const visits = new Visits({
      accounts,
      files,
      requireTls: options.requireTls,
      loginDelay: options.loginDelay === "off" ? 0 : options.loginDelay,
      sessionsPerUser: numberOf(options.maxSessionsPerUser),
      ascii: options.ascii,
      now: Date.now,
      ...reportsTo(log, xferlog),
      onError: failed,
    });
    const tap = new TapPoint();
    const intercepts = { ftp: new Intercept(), ftps: new Intercept() };
    const services = ftpServices({
      options,
      engine: engines[options.engine],
      tls,
      admission: firewall,
      tap,
      intercepts,
      visits,
    });
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
    const control = await openControlSocket({
      state,
      app: APP,
      resources: {
        ...statusResources(ready, () => ({ open: listeners.open, users: visits.users.size })),
        ...firewallResources(firewall),
        ...faultResources(intercepts),
      },
      log,
    });
    announce(ready, options.json);
    const link = openTapLink({ target: options.inspect, ready, taps: [tap] });
    return {
      async drain(ms) {
        const cut = await listeners.drain(ms);
        await control.drain(0);
        await files.close();
        await accounts.close();
        await xferlog?.close();
        link.close();
        await lock.release();
        return cut;
      },
      cut() {
        listeners.drain(0).catch(() => undefined);
        control.drain(0).catch(() => undefined);
      },
      async reload() {
        // All is read before anything is changed: what cannot be read leaves the server as it was.
        const rules = await readFirewallRules(options.firewall);
        const replacement = await certificate(options, authority);
        await accounts.reload();
        firewall.replaceRules(rules);
        if (replacement !== undefined) listeners.replaceTls(replacement);
      },
    };
  } catch (error) {
    await lock.release();
    throw error;
  }
}

/** The generated account is there where nobody else is. */
function usesGenerated({ users, usersFile, authorizedKeys }: FileTransferOptions): boolean {
  return users.length === 0 && usersFile === undefined && authorizedKeys.length === 0;
}

interface FtpServiceParts {
  readonly options: FileTransferOptions;
  readonly engine: Engine;
  readonly tls: TlsServerOptions | undefined;
  readonly admission: Admission;
  readonly tap: TapPoint;
  readonly intercepts: Readonly<Record<FtpRole, Intercept>>;
  readonly visits: Visits;
}

function ftpServices(parts: FtpServiceParts): readonly Service[] {
  const { options, engine, tls, admission, tap, intercepts, visits } = parts;
  const { passivePorts, publicAddress, sameAddress, requireSessionReuse, proxyFrom } = options;
  const service = (name: FtpRole, port: number | "off", option: string): Service => ({
    name,
    scheme: name,
    port,
    option,
    secure: true,
    listen: (host, at) =>
      engine({
        role: name,
        host,
        port: at,
        tls,
        requireSessionReuse,
        passivePorts,
        publicAddress,
        sameAddress,
        limits: limitsOf(options),
        tap,
        intercept: intercepts[name],
        admission,
        proxyFrom,
        visits,
      }),
  });
  return [
    service("ftp", options.port, "--port N"),
    service("ftps", options.implicitPort, "--implicit-port N"),
  ];
}

function limitsOf(options: FileTransferOptions): EngineLimits {
  return {
    idle: options.idle,
    data: numberOf(options.dataTimeout),
    commandRate: numberOf(options.commandRate),
    loginTries: numberOf(options.loginTries),
    maxConnections: Math.min(numberOf(options.maxConnections), Number.MAX_SAFE_INTEGER),
  };
}

/** One line for each login and each file, in the log's own form (`--log json`), and in the xferlog. */
function reportsTo(log: Log, xferlog: Xferlog | undefined) {
  return {
    loggedIn: (peer: Peer, user: string): void =>
      log.info("logged in", { protocol: peer.role, user, from: peer.flow.remote.host, tls: peer.secure() }),
    loginFailed: (peer: Peer, user: string): void =>
      log.warn("login failed", { protocol: peer.role, user, from: peer.flow.remote.host }),
    transferred(peer: Peer, transfer: FtpTransfer): void {
      const { user, path, direction, octets, ms, complete, host, secure } = transfer;
      log.info(direction === "in" ? "stored" : "sent", {
        protocol: peer.role,
        user,
        path,
        octets,
        ms: Math.round(ms),
        complete,
        from: host,
        tls: secure,
      });
      xferlog?.add(transfer, Date.now());
    },
  };
}

function numberOf(value: number | "off"): number {
  return value === "off" ? Infinity : value;
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

function check({ port, implicitPort }: FileTransferOptions): void {
  if (port === "off" && implicitPort === "off")
    throw new UsageError("USAGE_BAD_VALUE", "every port is off: nothing is left to listen on");
}
