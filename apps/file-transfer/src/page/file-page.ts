/** The page of the server: who is connected at "/", a login's files below "/files/", JSON and events below "/api/v1/". */
import { isLoopback } from "@socketscope/host";
import { followParts, markup, page, sharedLine } from "@socketscope/page";
import { EventStream, guard, type Handler, type Request, type Response } from "@socketscope/web";
import type { Login } from "../accounts/login.ts";
import type { Session, Sessions } from "../sessions/sessions.ts";
import { json, pageAnswer, problem, script, seeOther } from "./answers.ts";
import { Browse, type BrowseOptions } from "./browse.ts";
import { doorMain } from "./files-view.ts";
import type { Verdict, WebLogins } from "./logins.ts";
import { Rates } from "./rates.ts";
import { nav, sessionsMain } from "./sessions-view.ts";
import { style } from "./style.ts";

export interface FilePageOptions extends BrowseOptions {
  readonly logins: WebLogins;
  /** As the ready line has them. */
  readonly listeners: () => readonly { readonly name: string; readonly url: string }[];
  /** No password is taken in clear from another machine. */
  readonly requireTls: boolean;
}

/** Milliseconds between two events while a file moves. */
const BEAT = 1000;
/** Milliseconds that events wait for each other. */
const TOGETHER = 200;

export class FilePage {
  readonly handler: Handler;
  readonly #options: FilePageOptions;
  readonly #browse: Browse;
  readonly #rates = new Rates();
  readonly #streams = new Set<EventStream>();

  constructor(options: FilePageOptions) {
    this.#options = options;
    this.#browse = new Browse(options);
    this.handler = guard((request) => this.#answer(request));
  }

  /** Ends what would not end by itself. */
  close(): void {
    for (const stream of this.#streams) stream.close();
  }

  async #answer(request: Request): Promise<Response> {
    const { path } = request;
    if (path === "/switch") return this.#switch(request);
    if (path === "/line.js") return script(sharedLine("/api/v1/events", ["changed"]));
    if (path === "/files") return seeOther("/files/");
    if (path.startsWith("/files/")) {
      const who = await this.#who(request);
      return typeof who === "string" ? this.#door(who) : this.#browse.answer(request, who);
    }
    if (path !== "/" && path !== "/api/v1/sessions" && path !== "/api/v1/events")
      return problem(404, "there is /, /files/, /api/v1/sessions and /api/v1/events");
    if (request.method !== "GET" && request.method !== "HEAD")
      return problem(405, "this takes GET, HEAD", ["Allow", "GET, HEAD"]);
    // Who sits at this machine sees all, as in the inspector; from elsewhere a login sees its own.
    const here = isLoopback(request.flow.remote.host);
    const who = here ? await this.#known(request) : await this.#who(request);
    if (typeof who === "string" && !here) return this.#door(who);
    const login = typeof who === "string" ? undefined : who;
    return this.#sessions(path, login, here ? undefined : login?.user);
  }

  #sessions(path: string, login: Login | undefined, only: string | undefined): Response {
    const { sessions, listeners } = this.#options;
    if (path === "/api/v1/events") return this.#events(sessions);
    const mine = <T extends { readonly user: string | undefined }>(all: readonly T[]): readonly T[] =>
      only === undefined ? all : all.filter(({ user }) => user === only);
    const present = mine(sessions.present);
    const past = mine(sessions.past);
    if (path === "/api/v1/sessions") return json({ sessions: present.map(forPrograms), past });
    const ticks = performance.now();
    const document = page({
      title: "Who is connected · Socketscope files",
      app: "Files",
      home: "/",
      skip: "Skip to the sessions",
      status: nav("sessions"),
      main: sessionsMain({
        sessions: present,
        rates: this.#rates.of(present, ticks),
        past,
        listeners: listeners(),
        only,
        ticks,
        commands: this.#commands(login?.user ?? "demo"),
      }),
      style,
      behaviours: [followParts],
    });
    return pageAnswer(200, document);
  }

  #commands(user: string): readonly string[] {
    const at = (name: string): URL | undefined => {
      const found = this.#options.listeners().find((one) => one.name === name);
      return found && new URL(found.url);
    };
    const [ftp, sftp] = [at("ftp"), at("sftp")];
    return [
      ...(ftp
        ? [`npx file-client ls ftp://${user}@${ftp.host}/`, `curl -T notes.txt -u ${user} ftp://${ftp.host}/`]
        : []),
      ...(sftp ? [`sftp -P ${sftp.port} ${user}@${sftp.hostname}`] : []),
    ];
  }

  #events(sessions: Sessions): Response {
    const stop: (() => void)[] = [];
    const stream = new EventStream({
      closed: () => {
        for (const one of stop) one();
        this.#streams.delete(stream);
      },
    });
    this.#streams.add(stream);
    let due: NodeJS.Timeout | undefined;
    const tell = (): void => {
      due ??= setTimeout(() => {
        due = undefined;
        stream.send({ event: "changed", data: "{}" });
      }, TOGETHER);
    };
    const beat = setInterval(() => {
      if (sessions.present.some(({ moving }) => moving.length > 0)) tell();
    }, BEAT).unref();
    stop.push(
      sessions.watch(tell),
      () => clearInterval(beat),
      () => clearTimeout(due),
    );
    return stream.response;
  }

  async #who(request: Request): Promise<Verdict | "in-clear"> {
    if (this.#options.requireTls && !request.secure && !isLoopback(request.flow.remote.host))
      return "in-clear";
    return this.#options.logins.who(request);
  }

  /** Without a challenge: who is already logged in is named. */
  #known(request: Request): Promise<Verdict> {
    return this.#options.logins.who(request);
  }

  /** RFC 7617 §2.2: a browser goes on with a login until it is refused one. */
  async #switch(request: Request): Promise<Response> {
    const who = await this.#who(request);
    const not = new URLSearchParams(request.query).get("not");
    if (typeof who !== "string" && who.user !== not) return seeOther("/files/");
    return this.#door(typeof who === "string" ? who : "nobody");
  }

  #door(verdict: Exclude<Verdict, Login> | "in-clear"): Response {
    const { status, title, text, fields } = doors[verdict];
    const document = page({
      title: "Log in · Socketscope files",
      app: "Files",
      home: "/",
      skip: "Skip to the message",
      status: nav("files"),
      main: doorMain(title, text, markup`<p><a class="btn" href="/files/">Log in</a></p>`),
      style,
    });
    return pageAnswer(status, document, fields);
  }
}

// RFC 9110 §11.6.1: 401 says how to come in. RFC 7617 §2.1: the octets are UTF-8.
const challenge = ["WWW-Authenticate", 'Basic realm="Socketscope files", charset="UTF-8"'];

const doors = {
  nobody: {
    status: 401,
    title: "Log in",
    text: "Your files need a name and a password: those of FTP and SFTP. The server's banner has them.",
    fields: challenge,
  },
  wrong: {
    status: 401,
    title: "That was not it",
    text: "The name or the password is wrong.",
    fields: challenge,
  },
  busy: {
    status: 503,
    title: "Too many logins",
    text: "Too many passwords are being checked now.",
    fields: ["Retry-After", "2"],
  },
  "in-clear": {
    status: 403,
    title: "Not in clear",
    text: "This server takes no password without TLS, and this page has none: use FTPS, SFTP, or this page on the server's own machine.",
    fields: [],
  },
} as const;

/** Without what only the page needs. */
function forPrograms({ moving, ...session }: Session): unknown {
  const now = performance.now();
  return {
    ...session,
    moving: moving.map(({ since, ...one }) => ({ ...one, ms: Math.round(now - since) })),
  };
}
