/** SFTP on a stream, whatever carries it: an SSH channel, or standard input and output. */
import { Duplex } from "node:stream";
import { SftpServer } from "@socketscope/sftp";
import { drive, nextFlowId, StreamOverDuplex, TapPoint, type Stream } from "@socketscope/socket-core";
import type { Login } from "../accounts/login.ts";
import type { Files } from "../files/file-system.ts";
import type { Sessions } from "../sessions/sessions.ts";
import { SftpSession, type SftpTransfer } from "./session.ts";

export interface SftpReports {
  /** For logs. */
  readonly transferred?: (login: Login, transfer: SftpTransfer, stream: Stream) => void;
  /** A mistake of ours. */
  readonly onError: (error: unknown) => void;
}

export interface ServeOptions extends SftpReports {
  /** Milliseconds that a client may rest. */
  readonly idle: number;
  /** Where whoever looks finds who is here. */
  readonly sessions?: Sessions;
}

/** Milliseconds in which a client says INIT, and in which a packet that has begun goes on. */
const OPENING = 30_000;
const PACKET = 60_000;

/** Resolves when the conversation is over and its files are closed. */
export async function serveSftp(
  stream: Stream,
  login: Login,
  files: Files,
  { idle, transferred, onError, sessions }: ServeOptions,
): Promise<void> {
  let view;
  try {
    view = await files.view(login);
  } catch (error) {
    onError(error);
    stream.linger("internal");
    return;
  }
  await new Promise<void>((resolve) => {
    const session = new SftpSession({
      files: view,
      onError,
      ...(transferred && { transferred: (transfer) => transferred(login, transfer, stream) }),
      ended: () => {
        leave?.();
        resolve();
      },
    });
    const leave = sessions?.add(() => ({
      protocol: "sftp",
      control: stream.flow,
      user: login.user,
      tls: undefined,
      folder: undefined,
      agreed: undefined,
      moving: session.moving(),
    }));
    drive(stream, new SftpServer(), session, {
      init: { ms: OPENING, from: "start" },
      packet: { ms: PACKET, from: "progress" },
      idle: { ms: idle, from: "start" },
    });
  });
}

/** As OpenSSH's sftp-server: whoever has started us is who they are, and what carries the octets is theirs to choose. */
export function serveStdio(
  login: Login,
  files: Files,
  options: ServeOptions & { readonly tap?: TapPoint },
): Promise<void> {
  const nowhere = { host: "stdio", port: 0 };
  const stream = new StreamOverDuplex(Duplex.from({ readable: process.stdin, writable: process.stdout }), {
    flow: { id: nextFlowId(), transport: "tcp", local: nowhere, remote: nowhere },
    protocol: "sftp",
    tap: options.tap ?? new TapPoint(),
  });
  return serveSftp(stream, login, files, options);
}
