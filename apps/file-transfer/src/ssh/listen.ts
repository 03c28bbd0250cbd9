/** SFTP on a port: our listener, SSH by libs/ssh, a session of ours on each channel. */
import { SshServer, type SshLimits } from "@socketscope/ssh";
import {
  listenTcp,
  type Admission,
  type Flow,
  type Intercept,
  type Listener,
  type TapPoint,
} from "@socketscope/socket-core";
import type { Accounts } from "../accounts/accounts.ts";
import type { Login } from "../accounts/login.ts";
import type { Files } from "../files/file-system.ts";
import type { Sessions } from "../sessions/sessions.ts";
import { serveSftp, type SftpReports } from "../sftp/serve.ts";

export interface SftpListenOptions extends SftpReports {
  readonly host: string;
  readonly port: number;
  readonly accounts: Pick<Accounts, "withPassword" | "authorizedKeys" | "withKey">;
  readonly files: Files;
  /** Private keys. */
  readonly hostKeys: readonly string[];
  /** Milliseconds that a client may rest. */
  readonly idle: number;
  readonly limits?: Partial<SshLimits>;
  readonly sessions?: Sessions;
  readonly tap: TapPoint;
  readonly admission?: Admission;
  readonly intercept?: Intercept;
  readonly proxyFrom?: readonly string[];
  readonly maxConnections?: number;
  /** For logs. */
  readonly loggedIn?: (flow: Flow, user: string, how: "password" | "key") => void;
  readonly loginFailed?: (flow: Flow, user: string, how: "password" | "key") => void;
}

export function listenSftp(options: SftpListenOptions): Promise<Listener> {
  const { host, port, accounts, files, hostKeys, idle, limits, tap, admission } = options;
  const { intercept, proxyFrom, maxConnections, loggedIn, loginFailed } = options;
  const ssh = new SshServer<Login>(
    {
      withPassword: (user, password) => accounts.withPassword(user, password),
      authorizedKeys: (user) => accounts.authorizedKeys(user),
      withKey: (user) => accounts.withKey(user),
      sftp: (stream, login) => void serveSftp(stream, login, files, options),
      ...(loggedIn && { loggedIn }),
      ...(loginFailed && { loginFailed }),
    },
    { hostKeys, software: "Socketscope", tap, limits: { idleMs: idle, ...limits } },
  );
  return listenTcp(
    {
      host,
      port,
      protocol: "ssh",
      tap,
      ...(admission && { admission }),
      ...(intercept && { intercept }),
      ...(proxyFrom && { proxyFrom }),
      ...(maxConnections !== undefined && { maxConnections }),
    },
    (stream) => ssh.serve(stream),
  );
}
