/** One line for each login and each file, in the log's own form (`--log json`), and in the xferlog. */
import type { Log } from "@socketscope/host";
import type { FtpPolicyOptions, Peer } from "./ftp/ftp-options.ts";
import type { FtpTransfer } from "./ftp/transfer-record.ts";
import type { SftpListenOptions } from "./ssh/listen.ts";
import type { Xferlog } from "./xferlog.ts";

export interface Reports {
  readonly ftp: Pick<FtpPolicyOptions, "loggedIn" | "loginFailed" | "transferred" | "onError">;
  readonly sftp: Pick<SftpListenOptions, "loggedIn" | "loginFailed" | "transferred" | "onError">;
}

export function reportsTo(
  log: Log,
  xferlog: Xferlog | undefined,
  onError: (error: unknown) => void,
): Reports {
  const file = (protocol: string, transfer: FtpTransfer): void => {
    const { user, path, direction, octets, ms, complete, host, secure } = transfer;
    const fields = { protocol, user, path, octets, ms: Math.round(ms), complete, from: host, tls: secure };
    log.info(direction === "in" ? "stored" : "sent", fields);
    xferlog?.add(transfer, Date.now());
  };
  return {
    ftp: {
      loggedIn: (peer: Peer, user) =>
        log.info("logged in", { protocol: peer.role, user, from: peer.flow.remote.host, tls: peer.secure() }),
      loginFailed: (peer, user) =>
        log.warn("login failed", { protocol: peer.role, user, from: peer.flow.remote.host }),
      transferred: (peer, transfer) => file(peer.role, transfer),
      onError,
    },
    sftp: {
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
