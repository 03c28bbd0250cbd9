/** The queue as a page: what was promised and not passed on yet, its attempts on a line, and what one can do with it. */
import { markup, octets, type Markup } from "@socketscope/page";
import type { QueueCommand, QueueEntry, QueuePage } from "../queue/queue-desk.ts";
import { span } from "../queue/span.ts";

export interface QueueState extends QueuePage {
  /** By id. */
  readonly subjects: ReadonlyMap<string, string>;
  /** Milliseconds since 1970. */
  readonly now: number;
}

export function queueView(state: QueueState): Markup {
  const { messages, total, torn } = state;
  const active = messages.filter(({ status }) => status === "active").length;
  const held = messages.filter(({ status }) => status === "held").length;
  const oldest = messages[0];
  return markup`<section class="q" aria-label="Queue" data-live="queue">
<div class="qh"><div><a class="back" href="/">Mailboxes</a><h1>Queue</h1><p class="sub">Letters this relay has promised (250) and not passed on yet. They are safe on the disk: kill the process, they are still here.</p></div>
<div class="acts">${button("/queue/flush", "Flush: try all now", "primary", total === 0)}</div></div>
<div class="stat"><div><b>${total}</b><span>waiting${oldest !== undefined && `, the oldest for ${span(state.now - oldest.arrived)}`}</span></div>
<div><b>${active}</b><span>on the wire now</span></div><div><b>${held}</b><span>held</span></div>
<div><b>${torn.length}</b><span>set aside: damaged on the disk</span></div></div>
${torn.map((what) => markup`<p class="note torn">${what}</p>`)}
${
  messages.length === 0
    ? markup`<div class="none"><h2>Nothing waits</h2><p>What users send to other domains waits here until its next hop has taken it, when the relay runs with <code>--relay</code>.</p></div>`
    : messages.map((message) => entry(message, state))
}
${total > messages.length && markup`<p class="note">${total - messages.length} more: <code>mail-relay queue list --after ${messages.at(-1)?.id ?? ""}</code></p>`}
</section>`;
}

const STATUS: Readonly<Record<QueueEntry["status"], string>> = {
  active: "sending",
  held: "held",
  waiting: "waiting",
};

function entry(message: QueueEntry, { subjects, now }: QueueState): Markup {
  const { id, status, reversePath, recipients, size, arrived, attempts, due } = message;
  const failed = recipients.some(({ said }) => said !== undefined);
  const kind = status === "active" ? "ok" : status === "held" ? "held" : failed ? "late" : "new";
  const at = `/queue/${encodeURIComponent(id)}`;
  const act = (command: QueueCommand, name: string, style = ""): Markup =>
    button(`${at}/${command}`, name, style);
  const tries = `${attempts} ${attempts === 1 ? "try" : "tries"}`;
  const next =
    status === "active"
      ? "on the wire"
      : status === "held"
        ? "held"
        : `next ${due <= now ? "now" : `in ${span(due - now)}`}`;
  return markup`<article class="qi ${kind}"><div><h2>${subjects.get(id) || "(no subject)"} <span class="st">${STATUS[status]}</span></h2>
<div class="sub m">&lt;${reversePath}&gt;, ${octets(size)}, here for ${span(now - arrived)}, <code>${id}</code></div>
${recipients.map(
  ({ forwardPath, said }) =>
    markup`<div class="rp"><code>&lt;${forwardPath}&gt;</code> ${said ?? "not tried yet"}</div>${said !== undefined && markup`<div class="ex">${meaning(said)}</div>`}`,
)}</div>
<div>${line(message, now)}<div class="sub">${tries}, ${next}</div></div>
<div class="ac">${status === "held" ? act("release", "Release") : markup`${act("flush", "Flush")}${act("hold", "Hold")}`}${act("remove", "Remove", "danger")}</div></article>`;
}

/** RFC 5321 §4.2.1: what the first digit says. */
function meaning(said: string): string {
  if (/^4\.?\d\d 4\.4\.1|^451 4\.4\.1/.test(said)) return "Nobody could be spoken to. It is tried again.";
  if (said.startsWith("4")) return "4yz means: not now. It is tried again.";
  if (said.startsWith("5")) return "5yz means: no, and asking again does not help.";
  return "It was taken.";
}

const WIDTH = 300;
const LEFT = 8;

/** Attempts, now, and the next one; the younger, the wider apart. */
function line({ arrived, tried, due, status }: QueueEntry, now: number): Markup {
  const until = Math.max(now, status === "waiting" ? due : now) - arrived || 1;
  const x = (at: number): string => (LEFT + Math.sqrt(Math.max(at - arrived, 0) / until) * WIDTH).toFixed(1);
  return markup`<svg class="rt" viewBox="0 0 330 52" aria-hidden="true"><line class="axis" x1="8" x2="308" y1="20" y2="20"/>
${tried.map((at) => markup`<path class="try" d="M${x(at)} 20m-4-4l8 8m0-8l-8 8"/>`)}
<line class="now" x1="${x(now)}" x2="${x(now)}" y1="9" y2="31"/><text class="now" x="${x(now)}" y="48" text-anchor="middle">now</text>
${status === "waiting" && markup`<circle cx="${x(due)}" cy="20" r="5"/>`}<text x="8" y="8">queued</text></svg>`;
}

/** Works without script; the guard refuses it from other pages. */
function button(action: string, name: string, style = "", disabled = false): Markup {
  return markup`<form method="post" action="${action}"><button class="${style}"${disabled && markup` disabled`}>${name}</button></form>`;
}
