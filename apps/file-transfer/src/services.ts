/** What the server listens for: FTP in its two roles, and SFTP. */
import type { Service } from "@socketscope/host";
import type { Admission, Intercept, TapPoint, TlsServerOptions } from "@socketscope/socket-core";
import type { Accounts } from "./accounts/accounts.ts";
import type { Engine, EngineLimits } from "./engine/engine.ts";
import type { Files } from "./files/file-system.ts";
import type { FtpRole } from "./ftp/ftp-options.ts";
import type { Visits } from "./ftp/visit.ts";
import type { FileTransferOptions } from "./options.ts";
import type { Reports } from "./reports.ts";
import type { HostKey } from "./ssh/host-key.ts";
import { listenSftp } from "./ssh/listen.ts";

export interface ServiceParts {
  readonly options: FileTransferOptions;
  readonly admission: Admission;
  readonly tap: TapPoint;
  readonly intercepts: Readonly<Record<FtpRole | "sftp", Intercept>>;
}

export function ftpServices(
  { options, admission, tap, intercepts }: ServiceParts,
  { engine, tls, visits }: { engine: Engine; tls: TlsServerOptions | undefined; visits: Visits },
): readonly Service[] {
  const { passivePorts, publicAddress, sameAddress, ccc, modeZ, requireSessionReuse, proxyFrom } = options;
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
        ccc: ccc && !options.requireTls,
        modeZ,
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

export function sftpService(
  { options, admission, tap, intercepts }: ServiceParts,
  parts: {
    readonly accounts: Accounts;
    readonly files: Files;
    /** The first one is what the banner names. */
    readonly hostKeys: readonly [HostKey, ...HostKey[]];
    readonly reports: Reports;
  },
): Service {
  const { accounts, files, hostKeys, reports } = parts;
  return {
    name: "sftp",
    scheme: "sftp",
    port: options.sftpPort,
    option: "--sftp-port N",
    secure: false,
    fingerprint: hostKeys[0].fingerprint,
    listen: (host, port) =>
      listenSftp({
        host,
        port,
        accounts,
        files,
        hostKeys: hostKeys.map(({ privateKey }) => privateKey),
        idle: options.idle,
        tap,
        admission,
        intercept: intercepts.sftp,
        proxyFrom: options.proxyFrom,
        maxConnections: limitsOf(options).maxConnections,
        ...reports.sftp,
      }),
  };
}

function limitsOf(options: FileTransferOptions): EngineLimits {
  return {
    idle: options.idle,
    data: numberOf(options.dataTimeout),
    commandLine: numberOf(options.maxLine),
    commandRate: numberOf(options.commandRate),
    loginTries: numberOf(options.loginTries),
    maxConnections: Math.min(numberOf(options.maxConnections), Number.MAX_SAFE_INTEGER),
  };
}

export function numberOf(value: number | "off"): number {
  return value === "off" ? Infinity : value;
}
