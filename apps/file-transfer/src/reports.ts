/** One line for each login and each file, in the log's own form (`--log json`), and in the xferlog. */
import type { Log } from "@socketscope/host";
import type { Request } from "@socketscope/web";
import type { FtpPolicyOptions, Peer } from "./ftp/ftp-options.ts";
import type { FtpTransfer } from "./ftp/transfer-record.ts";
import type { Protocol, Sessions } from "./sessions/sessions.ts";
import type { SftpListenOptions } from "./ssh/listen.ts";
import type { Xferlog } from "./xferlog.ts";

export interface Reports {
  readonly web: {
    readonly loggedIn: (request: Request, user: string) => void;
    readonly loginFailed: (request: Request, user: string) => void;
    readonly transferred: (transfer: FtpTransfer) => void;
  };
  readonly ftp: Pick<FtpPolicyOptions, "loggedIn" | "loginFailed" | "transferred" | "onError" | "sessions">;
  readonly sftp: Pick<SftpListenOptions, "loggedIn" | "loginFailed" | "transferred" | "onError" | "sessions">;
}

export function reportsTo(
  log: Log,
  xferlog: Xferlog | undefined,
  sessions: Sessions,
  onError: (error: unknown) => void,
): Reports {
  const file = (protocol: Protocol, transfer: FtpTransfer): void => {
    const { user, path, direction, octets, ms, complete, host, secure } = transfer;
    const fields = { protocol, user, path, octets, ms: Math.round(ms), complete, from: host, tls: secure };
    log.info(direction === "in" ? "stored" : "sent", fields);
    xferlog?.add(transfer, Date.now());
    sessions.remember({
      protocol,
      user,
      path,
      direction,
      octets,
      ms,
      complete,
      secure,
      host,
      at: Date.now(),
    });
  };
  return {
    web: {
      loggedIn: ({ flow, secure }, user) =>
        log.info("logged in", { protocol: "web", user, from: flow.remote.host, tls: secure }),
      loginFailed: ({ flow }, user) =>
        log.warn("login failed", { protocol: "web", user, from: flow.remote.host }),
      transferred: (transfer) => file("web", transfer),
    },
    ftp: {
      sessions,
      loggedIn: (peer: Peer, user) => {
        log.info("logged in", { protocol: peer.role, user, from: peer.flow.remote.host, tls: peer.secure() });
        sessions.changed();
      },
      loginFailed: (peer, user) =>
        log.warn("login failed", { protocol: peer.role, user, from: peer.flow.remote.host }),
      transferred: (peer, transfer) => file(peer.role, transfer),
      onError,
    },
    sftp: {
      sessions,
      loggedIn: (flow, user, how) =>
        log.info("logged in", { protocol: "sftp", user, how, from: flow.remote.host }),
      loginFailed: (flow, user, how) =>
        log.warn("login failed", { protocol: "sftp", user, how, from: flow.remote.host }),
      transferred: ({ user, anonymous }, transfer, stream) =>
        file("sftp", {
          ...transfer,
          user,
          anonymous,
          representation: "I",
          host: stream.flow.remote.host,
          secure: true,
        }),
      onError,
    },
  };
}
