/** A conversation as rows: who spoke, the words, what they mean, and where the rule is written. */
import { markup, type Markup } from "./markup.ts";

export interface TranscriptRow {
  readonly who: "client" | "server" | "both";
  readonly protocol: "http" | "smtp" | "ftp" | "sftp" | "video" | "tls" | "socket";
  /** Only what was measured, with its unit. */
  readonly time?: string;
  readonly said: string | Markup;
  readonly means: string | Markup;
  readonly rfc?: Clause;
  readonly fault?: boolean;
}

/** A section of an RFC: `{ rfc: 9110, section: "15.5.5" }`. */
export interface Clause {
  readonly rfc: number;
  readonly section: string;
}

export const transcriptStyle = `.row{--c:var(--socket);display:grid;grid-template-columns:66px 46px 86px minmax(0,1fr) auto;column-gap:10px;align-items:start;padding:4px 18px 4px 0;min-height:40px}
.row.http{--c:var(--http)}.row.smtp{--c:var(--smtp)}.row.ftp{--c:var(--ftp)}.row.sftp{--c:var(--sftp)}.row.video{--c:var(--video)}.row.tls{--c:var(--tls)}
.row .t{font:var(--text-xs) var(--mono);color:var(--ink-3);text-align:right;padding-top:2px}
.row .ly{font:600 var(--text-3xs)/1 var(--sans);letter-spacing:.05em;text-transform:uppercase;color:var(--c);padding-top:5px;text-align:center}
.row .who{font-size:var(--text-xs);font-weight:600;white-space:nowrap;display:flex;gap:6px;align-items:center;height:19px}
.row .who svg{width:30px;height:9px;flex:none}
.row.client .who{color:var(--accent)}
.row.server .who{justify-content:flex-end;color:var(--ink-2)}
.row.both .who{justify-content:center;font-weight:500;color:var(--ink-3)}
.row.server{background:var(--panel-3)}
.row .x{min-width:0;display:block}
.row .x code{display:block;font-size:var(--text-code);line-height:18px;overflow-wrap:anywhere}
.row .x>span{display:block;font-size:var(--text-sm);line-height:17px;color:var(--ink-2);text-wrap:pretty}
.row .verb{font-weight:700;color:var(--c)}
.row.fault code{color:var(--deny)}
.rfc{font:var(--text-2xs) var(--mono);color:var(--ink-3);border:1px solid var(--line);border-radius:5px;padding:0 6px;line-height:18px;background:var(--panel);white-space:nowrap;text-decoration:none}
.rfc:hover{color:var(--accent);text-decoration:underline}
.untimed .row{grid-template-columns:46px 86px minmax(0,1fr) auto;padding-left:14px}
.untimed .row .t{display:none}
@media (max-width:640px){.row,.untimed .row{grid-template-columns:84px minmax(0,1fr);padding-inline:14px}.row .t,.row .ly{display:none}.row.server .who{justify-content:flex-start}.row .rfc{grid-column:2;justify-self:start;margin-top:3px}}
`;

const arrows = {
  client: markup`<svg
    viewBox="0 0 30 9"
    fill="none"
    stroke="currentColor"
    stroke-width="1.6"
    aria-hidden="true"
  >
    <path d="M1 4.5h26M23 1l4 3.5L23 8" />
  </svg>`,
  server: markup`<svg
    viewBox="0 0 30 9"
    fill="none"
    stroke="currentColor"
    stroke-width="1.6"
    aria-hidden="true"
  >
    <path d="M29 4.5H3M7 1 3 4.5 7 8" />
  </svg>`,
} as const;

const speakers: Readonly<Record<TranscriptRow["who"], Markup>> = {
  client: markup`Client${arrows.client}`,
  server: markup`${arrows.server}Server`,
  both: markup`both ends`,
};

/** The text of a clause at the RFC Editor: a link to follow, never something the page loads. */
export function clauseLink({ rfc, section }: Clause): Markup {
  const address = `https://www.rfc-editor.org/rfc/rfc${rfc}#section-${section}`;
  return markup`<a class="rfc" rel="noreferrer" href="${address}">RFC ${rfc} §${section}</a>`;
}

function line(row: TranscriptRow): Markup {
  return markup`<li class="row ${row.who} ${row.protocol}${row.fault === true && " fault"}">
<span class="t">${row.time}</span><span class="ly">${row.protocol}</span>
<span class="who">${speakers[row.who]}</span>
<span class="x"><code>${row.said}</code><span>${row.means}</span></span>
${row.rfc !== undefined && clauseLink(row.rfc)}
</li>`;
}

export function transcript(rows: readonly TranscriptRow[]): Markup {
  const timed = rows.some(({ time }) => time !== undefined);
  return markup`<ol class="transcript${!timed && " untimed"}">${rows.map(line)}</ol>`;
}
