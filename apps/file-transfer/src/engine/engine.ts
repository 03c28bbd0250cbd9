/** What an engine is: something that speaks FTP on one address and asks the policy what may be done. */
import type { Admission, Intercept, Listener, TapPoint, TlsServerOptions } from "@socketscope/socket-core";
import type { PortRange } from "../data/data-channel.ts";
import type { FtpRole } from "../ftp/ftp-options.ts";
import type { Visits } from "../ftp/visit.ts";

export interface EngineLimits {
  /** Milliseconds a client may rest between two commands, and in which it logs in. A running transfer is no rest. */
  readonly idle: number;
  /** Milliseconds for a data connection to come about, and in which it must move on. */
  readonly data: number;
  /** Octets of a command line with its end. */
  readonly commandLine: number;
  /** Commands a second of one session; more wait. */
  readonly commandRate: number;
  /** Logins of a session that failed. */
  readonly loginTries: number;
  readonly maxConnections: number;
}

export interface EngineOptions {
  readonly role: FtpRole;
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  /** "ftps" begins with it; "ftp" offers AUTH TLS where it is given. */
  readonly tls: TlsServerOptions | undefined;
  /** A data connection under TLS must go on with the keys of an earlier connection. */
  readonly requireSessionReuse: boolean;
  readonly passivePorts: PortRange | undefined;
  /** What 227 names instead of our own address: that of the NAT in front of us. */
  readonly publicAddress: string | undefined;
  readonly sameAddress: boolean;
  /** CCC is obeyed; a library has none. */
  readonly ccc: boolean;
  /** MODE Z is offered; a library has none. */
  readonly modeZ: boolean;
  readonly limits: EngineLimits;
  readonly tap: TapPoint;
  /** Obeyed where the sockets are ours; a library's are not to be intercepted. */
  readonly intercept?: Intercept;
  readonly admission: Admission;
  readonly proxyFrom?: readonly string[];
  readonly visits: Visits;
}

export type Engine = (options: EngineOptions) => Promise<Listener>;
