/** An error as a page: what happened, where to go, and what was really said. */
import { encodePath, explainField, explainMethod, explainStatus, type Explanation } from "@socketscope/http";
import {
  counted,
  fileIcons,
  folderCounts,
  icons,
  markup,
  octets,
  page,
  transcript,
  transcriptStyle,
  type Clause,
  type Markup,
  type Page,
  type TranscriptRow,
} from "@socketscope/page";
import type { Problem, Request } from "@socketscope/web";
import { endpoint } from "../conversations.ts";
import { fileKind } from "../media-types.ts";
import { differing } from "./nearest.ts";
import { headlineOf, reasonOf } from "./reasons.ts";
import { problemStyle } from "./style.ts";
import type { Surroundings } from "./surroundings.ts";

export interface ProblemView {
  readonly problem: Problem;
  readonly request: Request;
  readonly requests: number;
  readonly around: Surroundings | undefined;
}

export function problemPage(view: ProblemView): Page {
  const { problem, request, around, requests } = view;
  const name = `${problem.status} ${reasonOf(problem.status)}`;
  const { local, remote } = request.flow;
  return page({
    title: `${name} — Socketscope web server`,
    app: "Web",
    home: "/",
    skip: "Skip to the message",
    status: markup`<span class="chip deny">${name}</span>`,
    main: markup`<div class="lost"><div><p class="big">${name}</p><h1>${headlineOf(problem.status)}</h1>
<p class="l">${asking(request)}. ${whatIsMissing(view) ?? problem.text}${problem.status === 404 && " The connection is fine; only this one question had no answer."}</p>
<ul class="go">${around !== undefined && ways(around)}<li><a href="/">${icons.up}<span>Back to the start<small>the top folder</small></span></a></li></ul></div>
${icons.unplugged}
<section class="wire" aria-label="What was said"><h2>What was said <span class="tuple">tcp <b>${endpoint(remote)}</b> ⇄ <b>${endpoint(local)}</b>${request.secure && " under TLS"}</span></h2>${transcript(said(problem, request))}</section></div>`,
    foot: markup`<span>Request ${requests} on this connection.</span><span>Asked as JSON, you get <code>application/problem+json</code>; curl gets two plain lines.</span>${referer(request)}`,
    style: `${transcriptStyle}${problemStyle}`,
  });
}

function asking({ method, target }: Request): Markup {
  const address = shortened(target, 120);
  return method === "GET"
    ? markup`You asked for <code>${address}</code>`
    : markup`You said <code>${shortened(method)} ${address}</code>`;
}

function whatIsMissing({ problem, around }: ProblemView): string | undefined {
  if (problem.status !== 404 || around === undefined) return undefined;
  return `The folder ${around.folder.path} is here, “${shortened(around.missing, 120)}” is not.`;
}

/** Characters of an address on the page. */
const SHOWN = 300;

function shortened(text: string, most = SHOWN): string {
  return text.length > most ? `${text.slice(0, most)}…` : text;
}

function referer({ fields }: Request): Markup | false {
  const from = fields.get("referer");
  return from !== undefined && markup`<span>Who linked here? <code>Referer: ${shortened(from)}</code></span>`;
}

function ways({ folder, entries, near, missing }: Surroundings): Markup {
  const files = entries.filter(({ kind }) => kind === "file").length;
  const inside = folderCounts(entries.length - files, files);
  const there = markup`<li><a href="${encodePath(folder.path)}">${fileIcons.folder}<span>See what is in <b>${folder.path}</b><small>${inside}</small></span></a></li>`;
  if (near === undefined) return there;
  const { name, kind, size } = near.candidate;
  const marks = differing(missing, name);
  const letters = [...name].map((letter, index) =>
    marks[index] === true ? markup`<mark>${letter}</mark>` : letter,
  );
  const isFolder = kind === "folder";
  const apart =
    near.distance === 0 ? "only capital letters differ" : `${counted(near.distance, "letter")} apart`;
  const about = [apart, "in the same folder", ...(size === undefined ? [] : [octets(size)])].join(" · ");
  return markup`<li><a href="${encodePath(folder.path + name)}${isFolder && "/"}">${fileIcons[isFolder ? "folder" : fileKind(name)]}<span>Did you mean <b>${letters}${isFolder && "/"}</b>?<small>${about}</small></span></a></li>${there}`;
}

/** Nothing here is timed or guessed: the request line as it came, the status line that carries this page. */
function said({ status, fields }: Problem, request: Request): TranscriptRow[] {
  const method = explainMethod(request.method);
  const answer = explainStatus(status);
  const rows: TranscriptRow[] = [
    {
      who: "client",
      protocol: "http",
      said: markup`<span class="verb">${request.method}</span> ${shortened(request.target)} HTTP/${request.version}`,
      means: method.sentence,
      ...clauseOf(method),
    },
    {
      who: "server",
      protocol: "http",
      said: `HTTP/1.1 ${status} ${reasonOf(status)}`,
      means: answer.sentence,
      fault: true,
      ...clauseOf(answer),
    },
  ];
  for (let i = 0; i + 1 < fields.length; i += 2) {
    const name = fields[i] ?? "";
    const field = explainField(name);
    rows.push({
      who: "server",
      protocol: "http",
      said: `${name}: ${fields[i + 1]}`,
      means: field.sentence,
      ...clauseOf(field),
    });
  }
  rows.push({
    who: "server",
    protocol: "http",
    said: "Content-Type: text/html; charset=utf-8",
    means: "This page you are reading: your Accept field asked for HTML.",
    rfc: { rfc: 9110, section: "8.3" },
  });
  return rows;
}

/** "RFC 9110 §15.5.5" as a link; other standards have no address that lasts. */
function clauseOf({ source }: Explanation): { rfc?: Clause } {
  const [, rfc, section] = /^RFC (\d+) §([\d.]+)$/.exec(source) ?? [];
  return rfc === undefined || section === undefined ? {} : { rfc: { rfc: Number(rfc), section } };
}
