/** The inbox as a page: mailboxes, letters, the letter. Every state has its address, and none of them needs script. */
import { describeFault } from "../faults/fault.ts";
import type { NumberedFault } from "../faults/mail-faults.ts";
import { markup, octets, transcript, type Markup } from "@socketscope/page";
import type { StoredMessage } from "../mailboxes/mailboxes.ts";
import { clock } from "./clock.ts";
import { explainedRows } from "./explained-rows.ts";
import type { FailedSession, KeptDialogue } from "./dialogues.ts";
import { failedList, failedSession, noFailedSession } from "./failed-view.ts";
import { queueView, type QueueState } from "./queue-view.ts";
import type { MessageView } from "./message-view.ts";

/** Events on which the page is looked at anew. */
export const followed = ["added", "changed", "removed", "failed", "queue", "faults"];

export const tabs = ["html", "text", "source", "headers", "attachments", "dialogue"] as const;
export type Tab = (typeof tabs)[number];

export interface Place {
  readonly mailbox: string | undefined;
  readonly text: string | undefined;
  readonly message: string | undefined;
  readonly tab: Tab | undefined;
  readonly failed: boolean;
  /** Of the failed ones, the session that is looked at. */
  readonly session: number | undefined;
  readonly queue: boolean;
  readonly remote: boolean;
}

export interface Opened {
  readonly message: StoredMessage;
  readonly view: MessageView | undefined;
  readonly source: string | undefined;
  readonly dialogue: KeptDialogue | undefined;
  readonly tab: Tab;
}

export interface InboxState {
  readonly place: Place;
  readonly mailboxes: readonly {
    readonly mailbox: string;
    readonly messages: number;
    readonly unseen: number;
  }[];
  readonly messages: readonly StoredMessage[];
  readonly total: number;
  /** Of a search: letters whose text was not looked at to its end. */
  readonly skipped: number;
  readonly failed: readonly FailedSession[];
  readonly opened: Opened | undefined;
  /** Messages that wait for their next hop. */
  readonly queued: number;
  /** What is shown of it; undefined: it is not looked at. */
  readonly queue: QueueState | undefined;
  /** What became of a release, in the query of the page it led to. */
  readonly said: string | undefined;
  readonly listeners: readonly { readonly name: string; readonly url: string }[];
  readonly faults: readonly NumberedFault[];
  /** The command that sends the first letter. */
  readonly command: string;
}

export function inboxMain(state: InboxState): Markup {
  if (state.queue !== undefined)
    return markup`<div class="inbox queue apart"><nav class="box" aria-label="Mailboxes" data-live="box">${boxes(state)}</nav>${queueView(state.queue)}</div>`;
  if (state.place.failed) return failedMain(state);
  const pane = state.opened !== undefined ? " reading" : isSearch(state.place) && " searching";
  return markup`<div class="inbox${pane}">
<nav class="box" aria-label="Mailboxes" data-live="box">${boxes(state)}</nav>
<section class="list" aria-label="Letters" data-live="list">${list(state)}</section>
<section class="msg" aria-label="Letter">${state.opened === undefined ? nothingOpen(state) : letter(state.opened, state)}</section>
</div>`;
}

/** The newest is open where there is room for it beside the list. */
function failedMain(state: InboxState): Markup {
  const { place, failed } = state;
  const chosen = failed.find(({ id }) => id === place.session);
  const shown = chosen ?? failed[0];
  return markup`<div class="inbox apart${chosen !== undefined && " reading"}"><nav class="box" aria-label="Mailboxes" data-live="box">${boxes(state)}</nav>
<section class="list" aria-label="Failed sessions" data-live="list">${failedList(failed, shown)}</section>
<section class="msg" aria-label="Session">${shown === undefined ? noFailedSession() : failedSession(shown)}</section></div>`;
}

function isSearch({ text = "" }: Place): boolean {
  return text.trim() !== "";
}

export function searchForm({ place }: InboxState): Markup {
  return markup`<form class="find" action="/" role="search" data-follow="/api/v1/events" data-follow-events="${followed.join(" ")}" data-follow-line="/line.js">
${place.mailbox !== undefined && markup`<input type="hidden" name="mailbox" value="${place.mailbox}">`}
<input type="search" name="q" value="${place.text ?? ""}" placeholder="Search sender, subject, text" title="Also from:ann to:bob subject:bill is:unread &quot;two words&quot; -not" aria-label="Search letters">
</form>`;
}

function boxes({ mailboxes, place, failed, queued, listeners, faults, command }: InboxState): Markup {
  const all = mailboxes.reduce((sum, { messages }) => sum + messages, 0);
  const aside = place.failed || place.queue;
  const rows = mailboxes.map(({ mailbox, messages, unseen }) =>
    box(address({ mailbox }), mailbox, place.mailbox === mailbox && !aside, messages, unseen),
  );
  return markup`<h2 class="cap">Mailboxes</h2>
<ul>${box("/", "Every letter", place.mailbox === undefined && !aside, all, 0)}${rows}</ul>
<h2 class="cap">Relay</h2>
<ul><li><a href="/?view=queue"${place.queue && markup` aria-current="page"`}>Queue <b>${queued}</b></a></li><li><a href="/?view=failed"${place.failed && markup` aria-current="page"`}>Failed sessions <b>${failed.length}</b></a></li></ul>
${faults.length > 0 && markup`<h2 class="cap">Faults that are on</h2><div class="ports">${faults.map((fault) => markup`<div><span>${describeFault(fault)}</span><code>struck ${fault.struck}×</code></div>`)}</div>`}
<div class="listening"><h2 class="cap">Listening</h2>
<div class="ports">${listeners.map(({ name, url }) => markup`<div><span>${name}</span><code>${url.replace(/^\w+:\/\//, "")}</code></div>`)}</div></div>
<h2 class="cap">Send one now</h2>
<div class="cmd"><code tabindex="0">${command}</code><button type="button" data-copy hidden>Copy</button></div>`;
}

function box(href: string, name: string, current: boolean, messages: number, unseen: number): Markup {
  return markup`<li><a href="${href}"${current && markup` aria-current="page"`}><span class="name">${name}</span> ${
    unseen > 0
      ? markup`<b class="hot"><span class="vh">unread:</span> ${unseen}</b>`
      : markup`<b>${messages}</b>`
  }</a></li>`;
}

function list(state: InboxState): Markup {
  const { place, messages, total, skipped } = state;
  const name = place.mailbox ?? "Every letter";
  const all =
    isSearch(place) && markup`<a class="back" href="${address({ mailbox: place.mailbox })}">All letters</a>`;
  return markup`<div class="phead">${all}${state.opened === undefined ? markup`<h1>${name}</h1>` : markup`<h2>${name}</h2>`}<span class="sub">${total} ${total === 1 ? "letter" : "letters"}</span></div>
${total === 0 && isSearch(place) && markup`<p class="note">No letter has <code>${place.text ?? ""}</code>.</p>`}${skipped > 0 && markup`<p class="note">The text of ${skipped} ${skipped === 1 ? "letter" : "letters"} was not looked at to its end (<code>--max-search</code>, <code>--max-search-letter</code>): what stands there may be missing. Searching again looks further.</p>`}
<ul class="it" tabindex="0" aria-label="Letters, the newest first">${messages.map((message) => row(message, place))}</ul>`;
}

function row(message: StoredMessage, place: Place): Markup {
  const current = message.id === place.message;
  const href = address({ mailbox: place.mailbox, text: place.text, message: message.id });
  return markup`<li class="${message.seen ? "" : "un"}"><a href="${href}"${current && markup` aria-current="true"`}>
<span class="f">${!message.seen && markup`<span class="vh">Unread:</span>`}${message.from === "" ? "(no sender)" : message.from}</span><time>${clock(message.arrived)}</time>
<span class="s">${message.subject === "" ? "(no subject)" : message.subject}</span><span class="k">${octets(message.size)}</span>
<span class="p">${message.excerpt}</span></a></li>`;
}

function nothingOpen({ total, command, place }: InboxState): Markup {
  if (total === 0 && isSearch(place))
    return markup`<div class="none"><h2>Nothing found</h2><p>Words are looked for in addresses, subjects, texts and names of attachments; <code>from:</code>, <code>to:</code>, <code>subject:</code>, <code>is:unread</code> and <code>"two words"</code> say more closely where.</p><p><a href="${address({ mailbox: place.mailbox })}">Show all letters</a></p></div>`;
  if (total > 0)
    return markup`<div class="none"><h2>Choose a letter</h2><p>It is shown here, with the SMTP dialogue that brought it.</p></div>`;
  return markup`<div class="none"><h2>No letters yet</h2><p>Point any mail program at this relay, or send one now. It appears here at once.</p><div class="cmd"><code tabindex="0">${command}</code><button type="button" data-copy hidden>Copy</button></div></div>`;
}

function letter({ message, view, source, dialogue, tab }: Opened, { place, said }: InboxState): Markup {
  const to = (to: Tab): string => address({ ...place, message: message.id, tab: to, remote: false });
  const counts: Partial<Record<Tab, number>> = {
    headers: view?.headers.length ?? 0,
    attachments: view?.attachments.length ?? 0,
    dialogue: dialogue?.lines.length ?? 0,
  };
  const names: Readonly<Record<Tab, string>> = {
    html: "HTML",
    text: "Text",
    source: "Source",
    headers: "Headers",
    attachments: "Attachments",
    dialogue: "SMTP dialogue",
  };
  return markup`<header class="mh"><a class="back" href="${address({ mailbox: place.mailbox, text: place.text })}">Back to the letters</a>
<div class="mt"><h1>${message.subject === "" ? "(no subject)" : message.subject}</h1><span class="acts"><form class="onward" method="post" action="/letters/${message.id}/release"><input name="to" value="${message.mailbox}" aria-label="Release to"><button>Release</button></form><a class="btn" href="/api/v1/messages/${message.id}/raw">Raw .eml</a><button type="button" class="danger" data-delete="${message.id}" hidden>Delete</button></span></div>
<p><b>${message.from}</b> <span class="sub">to ${message.to === "" ? "nobody named" : message.to}</span></p>
<p class="sub">For <code>${message.mailbox}</code> from <code>&lt;${message.reversePath}&gt;</code>, ${new Date(message.arrived).toUTCString()}, ${octets(message.size)}</p>
${said !== undefined && markup`<p class="said-so" role="status">${said}</p>`}
<nav class="tabs" aria-label="Views of the letter">${tabs.map(
    (name) =>
      markup`<a href="${to(name)}"${name === tab && markup` aria-current="page"`}>${names[name]}${counts[name] !== undefined && markup` <small>${counts[name] ?? 0}</small>`}</a>`,
  )}</nav></header>
<div class="body">${body(message, view, source, dialogue, tab, place)}</div>`;
}

function body(
  message: StoredMessage,
  view: MessageView | undefined,
  source: string | undefined,
  dialogue: KeptDialogue | undefined,
  tab: Tab,
  place: Place,
): Markup {
  switch (tab) {
    case "html": {
      if (view?.html === undefined) return markup`<p class="note">This letter has no HTML part.</p>`;
      const frame = `/api/v1/messages/${message.id}/html${place.remote ? "?remote=1" : ""}`;
      const loosen = address({ ...place, message: message.id, tab: "html", remote: true });
      return markup`<div class="sand"><span>${place.remote ? "Pictures from elsewhere are fetched." : "Shown in a sandbox: no scripts, no network."}</span>${!place.remote && markup`<a class="btn" href="${loosen}">Fetch remote pictures</a>`}</div><iframe title="The letter's HTML" sandbox src="${frame}"></iframe>`;
    }
    case "text":
      return view?.text === undefined
        ? markup`<p class="note">This letter has no text part.</p>`
        : markup`<pre tabindex="0">${view.text}</pre>`;
    case "source":
      return source === undefined
        ? markup`<p class="note">Too big to be shown: <a href="/api/v1/messages/${message.id}/raw">open it raw</a>.</p>`
        : markup`<pre tabindex="0">${source}</pre>`;
    case "headers":
      return markup`<div class="hs" tabindex="0" role="region" aria-label="Header fields"><table><thead><tr><th scope="col">Field</th><th scope="col">Value</th></tr></thead><tbody>${view?.headers.map(({ name, value }) => markup`<tr><th scope="row">${name}</th><td>${value}</td></tr>`)}</tbody></table></div>`;
    case "attachments":
      return view === undefined || view.attachments.length === 0
        ? markup`<p class="note">Nothing is attached.</p>`
        : markup`<ul class="att">${view.attachments.map(
            ({ number, name, type, size }) =>
              markup`<li><a href="/api/v1/messages/${message.id}/attachments/${number}">${name}</a> <span class="sub">${type}, ${octets(size)}</span></li>`,
          )}</ul>`;
    case "dialogue":
      return dialogue === undefined
        ? markup`<p class="note">Its dialogue was not kept.</p>`
        : markup`<p class="tuple said">${dialogue.remote} to ${dialogue.local}</p><div class="talk">${transcript(explainedRows(dialogue.lines))}</div>`;
  }
}

export function address(place: Partial<Place>): string {
  const query = new URLSearchParams();
  if (place.mailbox !== undefined) query.set("mailbox", place.mailbox);
  if (place.text !== undefined && place.text !== "") query.set("q", place.text);
  if (place.message !== undefined) query.set("id", place.message);
  if (place.tab !== undefined) query.set("tab", place.tab);
  if (place.remote === true) query.set("remote", "1");
  const text = query.toString();
  return text === "" ? "/" : `/?${text}`;
}
