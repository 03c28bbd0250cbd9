/** Who is connected: each session with its sockets, drawn as they are, and the last transfers. */
import { markup, octets, type Markup, type Piece } from "@socketscope/page";
import type { Agreed, Moving, Past, Session } from "../sessions/sessions.ts";
import { clock, ends, endpoint, lasting, speed } from "./words.ts";
import { shown } from "./web-path.ts";

export interface SessionsState {
  readonly sessions: readonly Session[];
  readonly rates: ReadonlyMap<Moving, number>;
  readonly past: readonly Past[];
  readonly listeners: readonly { readonly name: string; readonly url: string }[];
  /** Undefined: all are shown; else who looks, and sees their own only. */
  readonly only: string | undefined;
  /** Milliseconds of the monotonic clock. */
  readonly ticks: number;
  /** What can be tried from a terminal. */
  readonly commands: readonly string[];
}

/** Transfers in the table. */
const SHOWN = 40;

export function sessionsMain(state: SessionsState): Markup {
  const { sessions, past } = state;
  const moving = sessions.flatMap((session) => session.moving);
  const rate = moving.reduce((sum, one) => sum + (state.rates.get(one) ?? 0), 0);
  const summary = [
    sessions.length === 1 ? "1 session" : `${sessions.length} sessions`,
    moving.length === 1 ? "1 file moves" : `${moving.length} files move`,
    ...(moving.length > 0 ? [speed(rate)] : []),
  ].join(", ");
  return markup`<div class="cols" data-follow="/api/v1/events" data-follow-events="changed" data-follow-line="/line.js">
<div data-live="sessions"><div class="ph"><h1>Who is connected</h1><span class="sub">${sessions.length > 0 && summary}${state.only !== undefined && markup`; those of ${state.only} are shown`}</span></div>
${sessions.length === 0 ? nobody : markup`<ul>${sessions.map((session) => card(session, state))}</ul>`}
<section class="past"><div class="ph"><h2>The last transfers</h2><span class="sub">${past.length === 0 ? "none yet" : `the newest first${past.length > SHOWN ? `, ${SHOWN} of ${past.length}` : ""}; times are UTC`}</span></div>
${past.length > 0 && pastTable(past.slice(0, SHOWN))}</section></div>
<aside class="side">${side(state)}</aside></div>`;
}

const nobody = markup`<div class="card none"><h2>Nobody is connected</h2><p>Log in with any client, or with one of the commands here. Each session appears with its sockets: FTP has one to talk, and a second one for each file.</p></div>`;

const names = { ftp: "FTP", ftps: "FTPS", sftp: "SFTP", web: "This page" } as const;

function card(session: Session, { rates, ticks }: SessionsState): Markup {
  const { protocol, user, tls, folder, moving, since } = session;
  const where = folder === undefined || folder === "/" ? "" : `, in ${shown(folder)}`;
  const protection =
    protocol === "sftp"
      ? markup`<span class="chip ok">under SSH</span>`
      : tls === undefined
        ? markup`<span class="chip clear">in clear</span>`
        : markup`<span class="chip ok">${tls.protocol.replace("TLSv", "TLS ")}${tls.cipher !== "" && markup`<span class="cut"> ${tls.cipher}</span>`}</span>`;
  return markup`<li class="card se ${protocol}"><header><b>${user === undefined ? "Not logged in" : shown(user)}</b><span class="chip own">${names[protocol]}</span>${protection}<span class="sub">since ${clock(since)} UTC${where}</span></header>
<ol class="lanes">${lanes(session)}</ol>
${moving.map((one) => movingFile(one, rates.get(one) ?? 0, ticks))}</li>`;
}

function lanes({ protocol, control, agreed, moving, user }: Session): Markup {
  const one = protocol === "sftp" || protocol === "web";
  const [first] = moving;
  const { client, server } = ends(control);
  const idle =
    moving.length > 0 || agreed !== undefined
      ? ""
      : user === undefined
        ? "Waits for a login."
        : protocol === "sftp"
          ? "Waits for a request; what is asked for and what comes share this one connection."
          : "Waits for a command; the next file will need a second connection.";
  const runs = one && first !== undefined;
  return markup`${lane({
    label: protocol === "sftp" ? "SSH" : protocol === "web" ? "HTTP" : "Control",
    client: markup`<code>${client}</code>`,
    server: markup`<code>${server}</code>`,
    kind: runs ? `data run ${first.direction}` : "",
    say: idle,
  })}${!one && dataLane(first, agreed)}`;
}

function dataLane(moving: Moving | undefined, agreed: Agreed | undefined): Markup | undefined {
  if (moving?.data !== undefined) {
    const { flow, secure } = moving.data;
    const { client, server } = ends(flow);
    return lane({
      label: "Data",
      client: markup`<code>${client}</code>`,
      server: markup`<code>${server}</code>`,
      kind: `data run ${moving.direction}`,
      say: secure ? "Under TLS of its own." : "",
    });
  }
  if (moving !== undefined)
    return lane({
      label: "Data",
      client: missing,
      server: missing,
      kind: "data soon",
      say: "Is being connected.",
    });
  if (agreed === undefined) return undefined;
  const passive = agreed.how === "passive";
  const there = markup`<code>${endpoint(agreed.at)}</code>`;
  return lane({
    label: "Data",
    client: passive ? missing : there,
    server: passive ? there : missing,
    kind: "data soon",
    say: passive
      ? "Passive: a port is open here, for this client alone."
      : "Active: at the next transfer the server will connect to the client.",
  });
}

const missing = markup`<code class="no">not yet</code>`;

interface Lane {
  readonly label: string;
  readonly client: Piece;
  readonly server: Piece;
  readonly kind: string;
  readonly say: string;
}

/** The client on the left, as everywhere. */
function lane({ label, client, server, kind, say }: Lane): Markup {
  return markup`<li class="lane ${kind}"><b>${label}</b>${client}<span class="wire" aria-hidden="true"><i></i></span>${server}${say !== "" && markup`<span class="say">${say}</span>`}</li>`;
}

function movingFile(
  { path, direction, octets: done, total, since }: Moving,
  rate: number,
  ticks: number,
): Markup {
  const known = total !== undefined && total > 0;
  const left = known && rate > 0 ? `, ${lasting(((total - done) * 1000) / rate)} left` : "";
  const percent = known ? ` (${Math.floor((done * 100) / total)} %)` : "";
  const way = direction === "out" ? "Download" : "Upload";
  const far = `${octets(done)}${known ? ` of ${octets(total)}` : ""}${percent}, for ${lasting(Math.max(0, ticks - since))}${left}`;
  return markup`<div class="mv"><span class="f">${way} of ${shown(path)}</span><span class="n">${speed(rate)}</span><span class="sub">${far}</span>
${known && markup`<progress max="${total}" value="${Math.min(done, total)}" aria-label="${`${way} of ${shown(path)}`}"></progress>`}</div>`;
}

function pastTable(past: readonly Past[]): Markup {
  return markup`<div class="card tbl"><table><thead><tr><th scope="col" class="cut2">Time</th><th scope="col">What</th><th scope="col">File</th><th scope="col" class="cut">Who</th><th scope="col" class="cut">By</th><th scope="col" class="num">Size</th><th scope="col" class="num cut">Took</th><th scope="col" class="num cut2">Rate</th></tr></thead><tbody>${past.map(pastRow)}</tbody></table></div>`;
}

function pastRow(transfer: Past): Markup {
  const { at, direction, complete, path, user, protocol, secure, host, octets: count, ms } = transfer;
  const by = `${names[protocol]}${secure && protocol === "ftp" ? " under TLS" : ""}`;
  return markup`<tr><td class="mono cut2">${clock(at)}</td><td class="way">${direction === "out" ? "Download" : "Upload"}${!complete && markup` <span class="bad">broken off</span>`}</td><td class="path">${shown(path)}</td><td class="cut">${shown(user)} <span class="sub">${host}</span></td><td class="cut">${by}</td><td class="num">${octets(count)}</td><td class="num cut">${lasting(ms)}</td><td class="num cut2">${ms > 0 && count > 0 && speed((count * 1000) / ms)}</td></tr>`;
}

function side({ listeners, commands }: SessionsState): Markup {
  return markup`<section class="card"><h2>Listening</h2><div class="ports">${listeners.map(({ name, url }, index) => markup`<div><span>${name !== listeners[index - 1]?.name && name}</span><code>${url.replace(/^\w+:\/\//, "")}</code></div>`)}</div></section>
<section class="card"><h2>Try it</h2>${commands.map((command) => markup`<div class="cmd"><code tabindex="0">${command}</code><button type="button" data-copy hidden>Copy</button></div>`)}
<p><a href="/files/">Your files</a> need a name and a password: those of FTP and SFTP.</p></section>`;
}

export function nav(at: "sessions" | "files"): Markup {
  const link = (href: string, here: boolean, text: string): Markup =>
    markup`<a href="${href}"${here && markup` aria-current="page"`}>${text}</a>`;
  return markup`<nav class="nav" aria-label="Pages">${link("/", at === "sessions", "Sessions")}${link("/files/", at === "files", "Files")}</nav>`;
}
