/** A file that goes through the page: it stands among the sessions while it moves, and in the logs when it is over. */
import type { Request } from "@socketscope/web";
import type { Login } from "../accounts/login.ts";
import type { FtpTransfer } from "../ftp/transfer-record.ts";
import type { Sessions } from "../sessions/sessions.ts";

export interface Witness {
  readonly sessions: Sessions;
  readonly transferred: (transfer: FtpTransfer) => void;
}

export interface Move {
  readonly path: string;
  readonly direction: "in" | "out";
  /** Octets so far. */
  readonly moved: () => number;
  readonly total?: number;
}

/** Called once: it is over. "untold": nothing went over the line that a log should have. */
export type Ended = (how: "complete" | "broken" | "untold") => void;

export function begin(
  { flow, secure }: Request,
  { user, anonymous }: Login,
  { path, direction, moved, total }: Move,
  { sessions, transferred }: Witness,
): Ended {
  const since = performance.now();
  const leave = sessions.add(() => ({
    protocol: "web",
    control: flow,
    user,
    tls: undefined,
    folder: undefined,
    agreed: undefined,
    moving: [{ path, direction, octets: moved(), since, ...(total !== undefined && { total }) }],
  }));
  return (how) => {
    leave();
    if (how === "untold") return;
    transferred({
      user,
      anonymous,
      path,
      direction,
      representation: "I",
      octets: moved(),
      ms: performance.now() - since,
      complete: how === "complete",
      host: flow.remote.host,
      secure,
    });
  };
}
