/** Sessions whose letter, or one of whose letters, did not come: the list, and the dialogue of one with the reply that refused it. */
import { markup, transcript, type Markup } from "@socketscope/page";
import { explainEnhanced, explainReply } from "@socketscope/smtp";
import type { CloseReason } from "@socketscope/socket-core";
import type { FailedSession } from "./dialogues.ts";
import { clock } from "./clock.ts";
import { explainedRows } from "./explained-rows.ts";

const endings: Readonly<Record<CloseReason, string>> = {
  "peer-ended": "the client ended it",
  "we-ended": "we ended it",
  timeout: "it was silent for too long",
  limit: "it went beyond a limit",
  protocol: "what it said was no SMTP",
  firewall: "the firewall cut it",
  drained: "the relay was shutting down",
  parent: "it ended with another connection",
  io: "the connection broke",
  internal: "the relay failed, its log says why",
};

/** RFC 5321 §4.1.1.10: as if it had been refused for now. */
const UNFINISHED =
  "The connection ended before the message did: nothing of it was kept, and whoever sent it has it still.";

export function failedList(failed: readonly FailedSession[], opened: FailedSession | undefined): Markup {
  return markup`<div class="phead"><a class="back" href="/">Mailboxes</a><h1>Failed sessions</h1><span class="sub">${failed.length} kept</span></div>
<ul class="it" tabindex="0" aria-label="Sessions whose letter did not come">${failed.map((session) => {
    const { id, remote, opened: at, refusals, lines, brought } = session;
    const [code, why] = cut(refusals.at(-1) ?? "");
    return markup`<li class="bad"><a href="/?view=failed&session=${id}"${session === opened && markup` aria-current="true"`}><span class="f">${code !== "" && markup`<code>${code}</code> `}${remote}</span><time>${clock(at)}</time><span class="s">${why}</span><span class="k">${lines.length} lines${brought > 0 && `, ${letters(brought)} came`}</span></a></li>`;
  })}</ul>`;
}

export function failedSession({ remote, local, refusals, reason, lines, brought }: FailedSession): Markup {
  const last = refusals.at(-1) ?? "";
  const [code, why] = cut(last);
  const refused = refusals.filter((refusal) => cut(refusal)[0] !== "").length;
  const lasted = lines.at(-1)?.at ?? 0;
  return markup`<header class="mh"><a class="back" href="/?view=failed">Back to the sessions</a>
<div class="mt"><h1>${code !== "" && "Refused: "}${why}</h1></div>
<p class="tuple">${remote} to ${local} ${code !== "" && markup`<code class="code">${code}</code> `}<span class="sub">${lasted} ms, ${reason === undefined ? "still open" : endings[reason]}; ${brought === 0 ? "nothing was" : `${letters(brought)} of it ${brought === 1 ? "was" : "were"}`} stored</span></p></header>
<p class="why"><b>${brought === 0 ? "Why no letter?" : "Why not this letter?"}</b> ${code === "" ? UNFINISHED : meaningOf(last)}${refused > 1 && markup` ${refused} commands were refused in this session.`}</p>
<div class="body"><div class="talk" tabindex="0" role="region" aria-label="Dialogue">${transcript(explainedRows(lines))}</div></div>`;
}

export function noFailedSession(): Markup {
  return markup`<div class="none"><h2>No session has failed</h2><p>Whose letter does not come because a command was refused, or the connection broke off within it, stands here, with all that was said.</p></div>`;
}

/** "555 5.5.4 Parameter not known: FOO (to MAIL)": the code, and the rest. */
function cut(refusal: string): readonly [code: string, why: string] {
  const [, code = "", why = refusal] = /^(\d{3}(?: \d\.\d{1,3}\.\d{1,3})?) (.*)$/s.exec(refusal) ?? [];
  return [code, why];
}

function meaningOf(refusal: string): string {
  const [, code = "", enhanced, what] =
    /^(\d{3})(?: (\d\.\d{1,3}\.\d{1,3}))? .*?(?:\(to (.*)\))?$/s.exec(refusal) ?? [];
  // The finer code says what the three digits leave open.
  return (enhanced === undefined ? explainReply(Number(code), what) : explainEnhanced(enhanced)).sentence;
}

function letters(count: number): string {
  return `${count} ${count === 1 ? "letter" : "letters"}`;
}
