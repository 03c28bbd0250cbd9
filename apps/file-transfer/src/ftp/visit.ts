/** One FTP session's policy: who has come, where they stand, what they may. No socket and no engine is known here. */
import { reply, type Reply } from "@socketscope/ftp";
import type { Login } from "../accounts/login.ts";
import type { FileSystem } from "../files/file-system.ts";
import type { Agreed, Moving, Present } from "../sessions/sessions.ts";
import type { FtpPolicyOptions, Peer } from "./ftp-options.ts";
import { replyToProblem } from "./replies.ts";

/** Pauses double, up to so many times the first. */
const MAX_GROWTH = 16;

/** The sessions of a program: how many each user has. */
export class Visits {
  readonly options: FtpPolicyOptions;
  readonly #users = new Map<string, number>();

  constructor(options: FtpPolicyOptions) {
    this.options = options;
  }

  arrive(peer: Peer): Visit {
    return new Visit(this, peer);
  }

  /** False: this user has as many sessions as are allowed. */
  enter(user: string): boolean {
    const sessions = this.#users.get(user) ?? 0;
    if (sessions >= this.options.sessionsPerUser) return false;
    this.#users.set(user, sessions + 1);
    return true;
  }

  leave(user: string): void {
    const sessions = this.#users.get(user) ?? 0;
    if (sessions > 1) this.#users.set(user, sessions - 1);
    else this.#users.delete(user);
  }

  /** Logged in now. */
  get users(): ReadonlyMap<string, number> {
    return this.#users;
  }
}

interface Entered {
  readonly login: Login;
  readonly files: FileSystem;
}

export class Visit {
  readonly #visits: Visits;
  readonly peer: Peer;
  /** The folder relative names start at; absolute, without links. */
  folder = "/";
  #entered: Entered | undefined;
  #failures = 0;
  #closed = false;
  #agreed: Agreed | undefined;
  #moving: (() => Moving | undefined) | undefined;
  readonly #leave: (() => void) | undefined;

  constructor(visits: Visits, peer: Peer) {
    this.#visits = visits;
    this.peer = peer;
    this.#leave = visits.options.sessions?.add(() => this.#look());
  }

  get options(): FtpPolicyOptions {
    return this.#visits.options;
  }

  get login(): Login | undefined {
    return this.#entered?.login;
  }

  /** Of who is logged in. */
  get files(): FileSystem | undefined {
    return this.#entered?.files;
  }

  greeting(): Reply {
    return reply(220, "Socketscope FTP, ready");
  }

  /** USER: another user is no longer here. Undefined: the usual 331. */
  user(name: string): Reply | undefined {
    this.logOut();
    if (this.options.requireTls && !this.peer.secure())
      return reply(530, "Say AUTH TLS first: no login is taken in clear");
    return this.options.accounts.isAnonymous(name)
      ? reply(331, "Anonymous: give your address as the password")
      : undefined;
  }

  async password(user: string, password: string): Promise<Reply> {
    const login = await this.options.accounts.withPassword(user, password);
    if (login === undefined) return this.#fail(user);
    if (!this.#visits.enter(login.user)) return reply(530, "You have too many sessions open");
    try {
      const files = await this.options.files.view(login);
      if (this.#isClosed()) {
        await files.close();
        this.#visits.leave(login.user);
        return reply(421, "Closed");
      }
      this.#entered = { login, files };
      this.folder = "/";
    } catch (error) {
      this.#visits.leave(login.user);
      const known = replyToProblem(error, "look");
      if (known === undefined) throw error;
      return reply(530, "Your folder cannot be opened");
    }
    this.options.loggedIn(this.peer, login.user);
    return reply(230, "You are logged in");
  }

  async #fail(user: string): Promise<Reply> {
    this.options.loginFailed(this.peer, user);
    const pause = this.options.loginDelay * Math.min(2 ** this.#failures++, MAX_GROWTH);
    if (pause > 0) await new Promise((resolve) => setTimeout(resolve, pause).unref());
    return reply(530, "Name or password is wrong");
  }

  logOut(): void {
    const entered = this.#entered;
    this.#entered = undefined;
    if (entered === undefined) return;
    this.#visits.leave(entered.login.user);
    entered.files.close().catch(this.options.onError);
  }

  closed(): void {
    this.#closed = true;
    this.logOut();
    this.#leave?.();
  }

  /** The engine has a place for the next data connection, or no longer. */
  agreed(on: Agreed | undefined): void {
    if (on === this.#agreed) return;
    this.#agreed = on;
    this.options.sessions?.changed();
  }

  /** The engine has begun a transfer, or ended it. `look` answers undefined where no file moves. */
  moves(look: (() => Moving | undefined) | undefined): void {
    this.#agreed = undefined;
    this.#moving = look;
    this.options.sessions?.changed();
  }

  /** The file that moves now. */
  get moving(): Moving | undefined {
    return this.#moving?.();
  }

  #look(): Present {
    const { moving } = this;
    const user = this.login?.user;
    return {
      protocol: this.peer.role,
      control: this.peer.flow,
      user,
      tls: this.peer.secure() ? (this.peer.tls?.() ?? { protocol: "TLS", cipher: "" }) : undefined,
      folder: user === undefined ? undefined : this.folder,
      agreed: this.#agreed,
      moving: moving === undefined ? [] : [moving],
    };
  }

  // Read through a call: it changes while we wait.
  #isClosed(): boolean {
    return this.#closed;
  }
}
