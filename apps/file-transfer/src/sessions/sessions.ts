/** Who is connected and what moves, for whoever looks: asked anew each time, so that nothing has to be kept up to date. */
import type { Address, Flow, Tls } from "@socketscope/socket-core";

/** "web": the page of this server. */
export type Protocol = "ftp" | "ftps" | "sftp" | "web";

/** A file on its way. */
export interface Moving {
  /** Absolute, as the user sees it. */
  readonly path: string;
  /** "in": an upload. */
  readonly direction: "in" | "out";
  /** That went over the line so far. */
  readonly octets: number;
  /** That will have, where somebody has said so. */
  readonly total?: number;
  /** Milliseconds of the monotonic clock. */
  readonly since: number;
  /** FTP's data connection, once it is there; SFTP has none. */
  readonly data?: DataConnection;
}

export interface DataConnection {
  readonly flow: Flow;
  readonly secure: boolean;
}

/** What PASV, EPSV, PORT or EPRT agreed on, and no transfer has taken yet. */
export interface Agreed {
  readonly how: "passive" | "active";
  /** Passive: ours, where we listen; active: the client's, where we shall connect. */
  readonly at: Address;
}

export interface Present {
  readonly protocol: Protocol;
  /** FTP's control connection; of SFTP the connection that SSH runs on. */
  readonly control: Flow;
  /** Undefined before the login. */
  readonly user: string | undefined;
  /** Of the control connection; undefined: in clear, or under SSH. */
  readonly tls: Pick<Tls, "protocol" | "cipher"> | undefined;
  /** The folder that relative names start at; SFTP has none. */
  readonly folder: string | undefined;
  readonly agreed: Agreed | undefined;
  readonly moving: readonly Moving[];
}

export interface Session extends Present {
  /** Of the session, for as long as the program runs. */
  readonly id: number;
  /** ms since 1970. */
  readonly since: number;
}

/** A transfer that is over. */
export interface Past {
  readonly protocol: Protocol;
  readonly user: string;
  readonly path: string;
  readonly direction: "in" | "out";
  readonly octets: number;
  readonly ms: number;
  readonly complete: boolean;
  readonly secure: boolean;
  /** Of the client. */
  readonly host: string;
  /** ms since 1970, at its end. */
  readonly at: number;
}

/** Transfers that are remembered; the xferlog has them all. */
export const REMEMBERED = 200;

interface Entry {
  readonly id: number;
  readonly since: number;
  readonly look: () => Present;
}

export class Sessions {
  readonly #entries = new Set<Entry>();
  readonly #past: Past[] = [];
  readonly #watchers = new Set<() => void>();
  #lastId = 0;

  /** `look` is asked until the function that comes back is called. */
  add(look: () => Present): () => void {
    const entry = { id: ++this.#lastId, since: Date.now(), look };
    this.#entries.add(entry);
    this.changed();
    return () => {
      if (this.#entries.delete(entry)) this.changed();
    };
  }

  /** The longest here first. */
  get present(): readonly Session[] {
    return [...this.#entries].map(({ id, since, look }) => ({ id, since, ...look() }));
  }

  remember(past: Past): void {
    this.#past.unshift(past);
    if (this.#past.length > REMEMBERED) this.#past.pop();
    this.changed();
  }

  /** The newest first, at most {@link REMEMBERED}. */
  get past(): readonly Past[] {
    return this.#past;
  }

  /** Told of logins, transfers, ends; not of octets. Returns what ends it. */
  watch(watcher: () => void): () => void {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  changed(): void {
    for (const watcher of this.#watchers) watcher();
  }
}
