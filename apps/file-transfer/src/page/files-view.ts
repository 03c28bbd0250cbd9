/** A folder of the home as a page: what is in it, and forms that need no script. */
import {
  fileIcons,
  folderCounts,
  icons,
  markup,
  octets,
  type FileKind,
  type Markup,
} from "@socketscope/page";
import type { FolderEntry } from "../files/file-system.ts";
import { segment, shown, webPath } from "./web-path.ts";
import { date } from "./words.ts";

export type Column = "name" | "size" | "changed";
export const columns: readonly Column[] = ["name", "size", "changed"];

export interface Order {
  readonly column: Column;
  readonly descending: boolean;
}

export interface FolderState {
  /** Absolute, with a slash at its end. */
  readonly path: string;
  readonly user: string;
  /** On this page, in order. */
  readonly entries: readonly FolderEntry[];
  readonly folders: number;
  readonly files: number;
  /** There are more than were read. */
  readonly cut: boolean;
  readonly order: Order;
  readonly page: number;
  readonly pages: number;
  /** What became of a form. */
  readonly said: { readonly text: string; readonly bad: boolean } | undefined;
  readonly may: { readonly store: boolean; readonly makeFolder: boolean; readonly remove: boolean };
  /** "12 MB free of the quota"; undefined where there is no quota. */
  readonly room: string | undefined;
}

export function folderMain(state: FolderState): Markup {
  const { path, entries, said } = state;
  return markup`${breadcrumb(path)}${bar(state)}
${said !== undefined && markup`<p class="said${said.bad && " bad"}" role="status">${said.text}</p>`}
<div data-follow="/api/v1/events" data-follow-events="changed" data-follow-line="/line.js"><div class="card tbl" data-live="files">${
    entries.length === 0
      ? markup`<div class="none"><h2>Nothing here yet</h2><p>What is sent by FTP, SFTP or this page appears at once.</p></div>`
      : table(state)
  }</div></div>${state.pages > 1 && paging(state)}`;
}

function breadcrumb(path: string): Markup {
  const names = path.split("/").filter((name) => name !== "");
  const last = names.pop();
  if (last === undefined)
    return markup`<nav class="crumb" aria-label="Folders"><ol><li><h1 aria-current="page">${icons.home} Your files</h1></li></ol></nav>`;
  const above = names.map((name, index) => {
    const address = `/files${webPath(`/${names.slice(0, index + 1).join("/")}/`)}`;
    return markup`<li><a href="${address}">${shown(name)}</a></li>`;
  });
  return markup`<nav class="crumb" aria-label="Folders"><ol><li><a href="/files/">${icons.home}</a></li>${above}<li><h1 aria-current="page">${shown(last)}</h1></li></ol></nav>`;
}

function bar({ user, folders, files, cut, room, may }: FolderState): Markup {
  const counts = `${folderCounts(folders, files)}${cut ? " (more are not shown)" : ""}${room === undefined ? "" : `, ${room}`}`;
  return markup`<div class="bar"><span>${shown(user)} <a href="/switch?not=${encodeURIComponent(user)}">switch user</a></span><span data-live="counts">${counts}</span>
${may.store && markup`<form method="post" enctype="multipart/form-data"><input type="file" name="file" multiple required aria-label="Files to send"><button class="primary">Send</button></form>`}
${may.makeFolder && markup`<form method="post"><input type="text" name="make" required maxlength="255" autocomplete="off" placeholder="New folder" aria-label="Name of a new folder"><button>Make</button></form>`}</div>`;
}

function table(state: FolderState): Markup {
  const { entries, order, may, path } = state;
  const head = (column: Column, name: string, style: string): Markup => {
    const sorted = order.column === column;
    const turned = sorted && !order.descending ? "desc" : "asc";
    return markup`<th scope="col" class="${style}"${sorted && markup` aria-sort="${order.descending ? "descending" : "ascending"}"`}><a href="?sort=${column}&amp;order=${turned}" data-column="${column}">${name}${icons.ascending}</a></th>`;
  };
  return markup`<table${state.pages === 1 && markup` data-sortable`}><thead><tr>${head("name", "Name", "nm")}${head("size", "Size", "num")}${head("changed", "Changed (UTC)", "num cut2")}${may.remove && markup`<td></td>`}</tr></thead>
<tbody>${path !== "/" && markup`<tr><td class="nm" colspan="${may.remove ? 4 : 3}"><a href="../">${icons.up}<span>One folder up</span></a></td></tr>`}${entries.map((entry) => row(entry, may.remove))}</tbody></table>`;
}

function row({ name, stat, target }: FolderEntry, removable: boolean): Markup {
  const folder = stat.kind === "folder";
  const data = markup` data-name="${shown(name)}" data-size="${folder ? -1 : stat.size}" data-changed="${Math.round(stat.modified)}"${folder && markup` data-first`}`;
  const label = markup`${fileIcons[folder ? "folder" : kindOf(name)]}<span>${shown(name)}${target !== undefined && markup` <span class="sub">→ ${shown(target)}</span>`}</span>`;
  return markup`<tr${data}><td class="nm"><a href="${segment(name)}${folder && "/"}">${label}</a></td><td class="num">${folder ? "folder" : stat.kind === "link" ? "link" : octets(stat.size)}</td><td class="num cut2">${date(stat.modified)}</td>${removable && markup`<td class="act"><details><summary>Delete<span class="vh"> ${shown(name)}</span></summary><form method="post"><button class="danger" name="remove" value="${segment(name)}">Delete for good<span class="vh"> ${shown(name)}</span></button></form></details></td>`}</tr>`;
}

function paging({ page, pages, order }: FolderState): Markup {
  const to = (target: number, words: string): Markup =>
    target < 1 || target > pages
      ? markup`<span></span>`
      : markup`<a class="btn" href="?sort=${order.column}&amp;order=${order.descending ? "desc" : "asc"}&amp;page=${target}">${words}</a>`;
  return markup`<nav class="pages" aria-label="Pages of this folder">${to(page - 1, "Previous")}<span>Page ${page} of ${pages}</span>${to(page + 1, "Next")}</nav>`;
}

const kinds: readonly (readonly [FileKind, RegExp])[] = [
  ["film", /\.(mp4|mkv|webm|mov|avi|ts|m4v)$/i],
  ["sound", /\.(mp3|ogg|flac|wav|m4a|opus)$/i],
  ["picture", /\.(png|jpe?g|gif|webp|svg|bmp|avif|heic)$/i],
  ["archive", /\.(zip|gz|tar|xz|zst|bz2|7z|tgz)$/i],
  ["capture", /\.(pcap|pcapng|ndjson)$/i],
  ["pdf", /\.pdf$/i],
  ["page", /\.html?$/i],
  ["code", /\.(js|ts|mjs|json|css|py|c|h|sh|rs|go|java|yml|yaml|toml|xml)$/i],
  ["font", /\.(woff2?|ttf|otf)$/i],
  ["text", /\.(txt|md|log|csv|eml)$/i],
];

function kindOf(name: string): FileKind {
  return kinds.find(([, pattern]) => pattern.test(name))?.[0] ?? "other";
}

/** Where nobody is logged in, or nothing can be shown. */
export function doorMain(title: string, text: string, more?: Markup): Markup {
  return markup`<div class="card door"><h1>${title}</h1><p>${text}</p>${more}</div>`;
}
