/** A folder as a page. All of it works without script; what script adds is in `libs/page/src/table.ts`. */
import { encodePath } from "@socketscope/http";
import {
  counted,
  fileIcons,
  filterableTable,
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
import type { Entry, FolderContent } from "./folder.ts";
import { inOrder, type Column, type Order } from "./order.ts";
import { listingStyle } from "./style.ts";

export interface ListingView {
  /** Decoded, with a slash at both ends. */
  readonly path: string;
  readonly content: FolderContent;
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
  const { path, content, flow, requests } = view;
  const wanted = view.filter.toLowerCase();
  const entries = inOrder(content.entries, view.order).filter(({ name }) =>
    name.toLowerCase().includes(wanted),
  );
  const shown = entries.find(isPicture) ?? entries.find(({ kind }) => kind === "file");
  const tuple = markup`<span class="tuple">tcp <b>${endpoint(flow.remote)}</b> ⇄ <b>${endpoint(flow.local)}</b>${view.secure && " under TLS"}</span>`;
  return page({
    title: `${path} — Socketscope web server`,
    app: "Web",
    home: "/",
    skip: "Skip to the files",
    status: markup`<span class="chip ok">${flow.remote.port} ⇄ ${flow.local.port}, request ${requests}<span class="wide"> on this socket</span></span>`,
    main: markup`${breadcrumb(path)}
${bar(view, entries)}
<div class="cols${shown === undefined && " alone"}">${table(view, entries)}${shown !== undefined && pane(view, shown)}</div>`,
    foot: markup`${tuple}<span>Sorting asks nothing: it happens here. Without script: <code>?sort=size&amp;order=desc</code></span><span>Bars: logarithmic.</span>`,
    style: listingStyle,
    behaviours: [sortableTable, filterableTable, previewPane],
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

function bar({ content, filter, writable }: ListingView, entries: readonly Entry[]): Markup {
  const files = entries.filter(({ kind }) => kind === "file");
  const sum = files.reduce((total, { size = 0 }) => total + size, 0);
  const counts = [
    counted(entries.length - files.length, "folder"),
    counted(files.length, "file"),
    octets(sum),
  ];
  return markup`<div class="bar"><span>${counts.join(", ")}${content.cut && " (more are not shown)"}</span>
<a class="btn" href="?tar" download>Take all as .tar.gz</a><a class="btn" href="?json">JSON</a>${writable && sending}
<form class="find" role="search">${icons.search}<input name="name" value="${filter}" aria-label="Filter by name" placeholder="Filter by name" autocomplete="off" data-filter><span class="vh" role="status" data-filter-said></span><kbd aria-hidden="true">/</kbd></form></div>`;
}

function head(name: string, column: Column, { column: by, descending }: Order, style: string): Markup {
  const sorted = by === column;
  const turned = sorted && !descending ? "desc" : "asc";
  const order = sorted && markup` aria-sort="${descending ? "descending" : "ascending"}"`;
  return markup`<th scope="col" class="${style}"${order}><a href="?sort=${column}&amp;order=${turned}" data-column="${column}">${name}${icons.ascending}</a></th>`;
}

function table({ path, order, content }: ListingView, entries: readonly Entry[]): Markup {
  const largest = Math.max(1, ...content.entries.map(({ size = 0 }) => size));
  const parent = namesOf(path).at(-2);
  const up =
    path !== "/" &&
    markup`<tr><td class="nm"><a href="../">${icons.up}<span>up to ${parent ?? "the top folder"}</span></a></td><td class="sz"></td><td class="dt"></td><td class="hint"></td></tr>`;
  const empty =
    entries.length === 0 &&
    markup`<tr><td class="none" colspan="4">Nothing here${content.entries.length > 0 && " by that name"}.</td></tr>`;
  const preview = entries.find(isPicture) ?? entries.find(({ kind }) => kind === "file");
  return markup`<div class="tbl"><table data-sortable><caption class="vh">What is in ${path}, folders first</caption>
<thead><tr>${head("Name", "name", order, "nm")}${head("Size", "size", order, "sz")}${head("Changed (UTC)", "changed", order, "dt")}<th scope="col" class="hint"><span>What it is</span></th></tr></thead>
<tbody>${up}${entries.map((entry) => row(entry, largest, entry === preview))}${empty}</tbody></table></div>`;
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
