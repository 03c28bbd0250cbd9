/** A folder as a page. All of it works without script; what script adds is in `libs/page/src/table.ts`. */
import { encodePath } from "@socketscope/http";
import {
  fileIcons,
  filterableTable,
  folderCounts,
  icons,
  markup,
  octets,
  page,
  previewPane,
  sortableTable,
  type Markup,
  type Page,
} from "@socketscope/page";
import type { Flow } from "@socketscope/socket-core";
import { endpoint } from "../conversations.ts";
import { fileKind, mediaType } from "../media-types.ts";
import type { Entry } from "./folder.ts";
import type { Column, Order } from "./order.ts";
import { addressOf, type Slice } from "./paging.ts";
import { listingStyle } from "./style.ts";

export interface ListingView {
  /** Decoded, with a slash at both ends. */
  readonly path: string;
  /** What is on this page. */
  readonly part: Slice<Entry>;
  /** All that the filter lets through, in order. */
  readonly found: readonly Entry[];
  /** There are more entries than were read. */
  readonly cut: boolean;
  readonly order: Order;
  /** Names must hold it; from `?name=`. */
  readonly filter: string;
  /** Scheme and authority, for commands. */
  readonly origin: string;
  /** What curl must be told to trust us, with a blank after it, or "". */
  readonly flags: string;
  readonly flow: Flow;
  readonly secure: boolean;
  /** On this connection so far, this one included. */
  readonly requests: number;
  /** The folder takes uploads. */
  readonly writable: boolean;
}

/** Octets up to which a picture is shown in the pane. */
const PREVIEWED = 2_000_000;

export function listingPage(view: ListingView): Page {
  const { path, part, flow, requests } = view;
  const { entries } = part;
  const preview = entries.find(isPicture) ?? entries.find(({ kind }) => kind === "file");
  const whole = part.pages === 1;
  const tuple = markup`<span class="tuple">tcp <b>${endpoint(flow.remote)}</b> ⇄ <b>${endpoint(flow.local)}</b>${view.secure && " under TLS"}</span>`;
  return page({
    title: `${path} — Socketscope web server`,
    app: "Web",
    home: "/",
    skip: "Skip to the files",
    status: markup`<span class="chip ok">${flow.remote.port} ⇄ ${flow.local.port}, request ${requests}<span class="wide"> on this socket</span></span>`,
    main: markup`${breadcrumb(path)}
${bar(view)}
<div class="cols${preview === undefined && " alone"}"><div>${table(view, preview)}${!whole && paging(view)}</div>${preview !== undefined && pane(view, preview)}</div>`,
    foot: markup`${tuple}${whole && markup`<span>Sorting asks nothing: it happens here. Without script: <code>?sort=size&amp;order=desc</code></span>`}<span>Bars: logarithmic.</span>`,
    style: listingStyle,
    // What is on other pages can neither be sorted nor filtered here: then the links and the form ask for it.
    behaviours: whole ? [sortableTable, filterableTable, previewPane] : [previewPane],
  });
}

function namesOf(path: string): string[] {
  return path.split("/").filter((name) => name !== "");
}

function breadcrumb(path: string): Markup {
  const names = namesOf(path);
  const last = names.pop();
  if (last === undefined) {
    return markup`<nav class="crumb" aria-label="Folders"><ol><li><h1 aria-current="page">${icons.home} Top folder</h1></li></ol></nav>`;
  }
  const above = names.map((name, index) => {
    const address = encodePath(`/${names.slice(0, index + 1).join("/")}/`);
    return markup`<li><a href="${address}">${name}</a></li>`;
  });
  return markup`<nav class="crumb" aria-label="Folders"><ol><li><a href="/">${icons.home}</a></li>${above}<li><h1 aria-current="page">${last}</h1></li></ol></nav>`;
}

const sending = markup`<form class="send" method="post" action="./" enctype="multipart/form-data"><input type="file" name="file" multiple required aria-label="Files to send"><button>Send files here</button></form>`;

function bar({ part, found, cut, filter, order, writable }: ListingView): Markup {
  const files = found.filter(({ kind }) => kind === "file");
  const sum = files.reduce((total, { size = 0 }) => total + size, 0);
  const counts = [
    folderCounts(found.length - files.length, files.length),
    ...(files.length > 0 ? [octets(sum)] : []),
  ].join(", ");
  const kept = markup`<input type="hidden" name="sort" value="${order.column}"><input type="hidden" name="order" value="${order.descending ? "desc" : "asc"}">`;
  const here =
    part.pages === 1 &&
    markup`<span class="vh" role="status" data-filter-said></span><kbd aria-hidden="true">/</kbd>`;
  return markup`<div class="bar"><span class="counts">${counts}${cut && " (more are not shown)"}${part.pages > 1 && `, page ${part.page} of ${part.pages}`}</span>
<a class="btn" href="?tar" download>Take all as .tar.gz</a><a class="btn" href="?json">JSON</a>${writable && sending}
<form class="find" role="search">${icons.search}<input name="name" value="${filter}" aria-label="Filter by name" placeholder="Filter by name" autocomplete="off"${part.pages === 1 && markup` data-filter`}>${kept}${here}</form></div>`;
}

/** "501–1,000 of 10,000" and the pages before and after it. */
function paging({ part, found, order, filter }: ListingView): Markup {
  const { page: current, pages, first, entries } = part;
  const number = (count: number): string => count.toLocaleString("en");
  const to = (target: number, words: string, relation: string): Markup =>
    target < 1 || target > pages
      ? markup`<span class="btn off">${words}</span>`
      : markup`<a class="btn" rel="${relation}" href="${addressOf(order, filter, target)}">${words}</a>`;
  return markup`<nav class="pages" aria-label="Pages">${to(current - 1, "Previous", "prev")}<span>${number(first)}–${number(first + entries.length - 1)} of ${number(found.length)}, page ${current} of ${pages}</span>${to(current + 1, "Next", "next")}</nav>`;
}

function head(name: string, column: Column, { order, filter }: ListingView, style: string): Markup {
  const sorted = order.column === column;
  const turned: Order = { column, descending: sorted && !order.descending };
  const state = sorted && markup` aria-sort="${order.descending ? "descending" : "ascending"}"`;
  return markup`<th scope="col" class="${style}"${state}><a href="${addressOf(turned, filter)}" data-column="${column}">${name}${icons.ascending}</a></th>`;
}

function table(view: ListingView, preview: Entry | undefined): Markup {
  const { path, part, found, filter } = view;
  const largest = found.reduce((most, { size = 0 }) => Math.max(most, size), 1);
  const parent = namesOf(path).at(-2);
  const up =
    path !== "/" &&
    markup`<tr><td class="nm"><a href="../">${icons.up}<span>up to ${parent ?? "the top folder"}</span></a></td><td class="sz"></td><td class="dt"></td><td class="hint"></td></tr>`;
  // Below the table and not in it: a cell over four columns would bring back those that a narrow page hides.
  const empty =
    found.length === 0 &&
    markup`<p class="none">Nothing here${filter === "" ? " yet" : " by that name"}.</p>`;
  return markup`<div class="tbl"><table${part.pages === 1 && markup` data-sortable`}><caption class="vh">What is in ${path}, folders first</caption>
<thead><tr>${head("Name", "name", view, "nm")}${head("Size", "size", view, "sz")}${head("Changed (UTC)", "changed", view, "dt")}<th scope="col" class="hint"><span>What it is</span></th></tr></thead>
<tbody>${up}${part.entries.map((entry) => row(entry, largest, entry === preview))}</tbody></table>${empty}</div>`;
}

/** `./` first, so that a name such as "a:b" is no scheme (RFC 3986 §4.2). */
function linkTo({ name, kind }: Entry): string {
  return `./${encodePath(name)}${kind === "folder" ? "/" : ""}`;
}

function row(entry: Entry, largest: number, on: boolean): Markup {
  const { name, kind, size, what } = entry;
  const changed = new Date(entry.changed);
  const isFolder = kind === "folder";
  const icon = fileIcons[isFolder ? "folder" : fileKind(name)];
  const attributes = markup` data-name="${name}" data-size="${size ?? 0}" data-changed="${Math.floor(entry.changed)}"${isFolder ? markup` data-first` : markup` data-type="${typeName(name)}"`}${isPicture(entry) && markup` data-image`}`;
  return markup`<tr${attributes}${on && markup` class="on"`}><td class="nm"><a href="${linkTo(entry)}" title="${name}">${icon}<span>${name}${isFolder && "/"}</span></a></td><td class="sz">${size === undefined ? markup`<span class="vh">folder</span>` : markup`${octets(size)}${sizeBar(size, largest)}`}</td><td class="dt"><time datetime="${changed.toISOString()}">${changed.toISOString().slice(0, 16).replace("T", " ")}</time></td><td class="hint" title="${what}">${what}</td></tr>
`;
}

function typeName(name: string): string {
  return mediaType(name) ?? "application/octet-stream";
}

function isPicture({ name, kind, size = 0 }: Entry): boolean {
  return kind === "file" && size <= PREVIEWED && typeName(name).startsWith("image/");
}

/** Logarithmic: a film beside a note would leave no bar for the note. An SVG, since a policy forbids style attributes. */
function sizeBar(size: number, largest: number): Markup {
  const share = largest > 1 ? Math.log(size + 1) / Math.log(largest + 1) : 0;
  const percent = Math.max(size > 0 ? 2 : 0, Math.round(share ** 2 * 100));
  return markup`<svg class="szb" aria-hidden="true"><rect width="100%" height="3" rx="1.5"/><rect x="${100 - percent}%" width="${percent}%" height="3" rx="1.5"/></svg>`;
}

/** The parts are filled again by `previewPane`; ETag and ranges come from asking, so they start hidden. */
function pane({ path, origin, flags }: ListingView, entry: Entry): Markup {
  const { name, size = 0, what } = entry;
  const link = linkTo(entry);
  const address = `${origin}${encodePath(path + name)}`.replaceAll("'", "%27");
  return markup`<aside class="pv" aria-label="Preview" data-preview data-flags="${flags}">
<div class="pic" data-part="picture">${isPicture(entry) ? markup`<img src="${link}" alt="">` : fileIcons[fileKind(name)]}</div>
<div><h2 data-part="name">${name}</h2>
<dl><dt>Type</dt><dd data-part="type">${typeName(name)}</dd><dt>Size</dt><dd data-part="size">${octets(size)}</dd><dt${what === undefined && markup` hidden`}>Content</dt><dd data-part="what"${what === undefined && markup` hidden`}>${what}</dd><dt hidden>ETag</dt><dd class="bytes" data-part="etag" hidden></dd><dt hidden>Ranges</dt><dd data-part="ranges" hidden></dd></dl>
<div class="ac"><a class="btn primary" data-part="open" href="${link}">Open</a><a class="btn" data-part="save" href="${link}" download>Save</a></div>
<div class="cmd"><code tabindex="0" data-part="command">curl ${flags}-O '${address}'</code><button type="button" data-copy hidden aria-label="Copy the command">Copy</button></div></div></aside>`;
}
