/** A folder without an index: as a page, as JSON (`?json`, or by Accept), as an archive (`?tar`). */
import { chooseMediaType, encodePath } from "@socketscope/http";
import type { Folder, Request, Response } from "@socketscope/web";
import { realpath } from "node:fs/promises";
import { isInside } from "../upload/place.ts";
import { archive } from "../archive.ts";
import type { Conversations } from "../conversations.ts";
import { mediaType } from "../media-types.ts";
import { pageResponse } from "../page-response.ts";
import { described, readFolder, type Entry, type Visible } from "./folder.ts";
import { inOrder, readOrder, type Order } from "./order.ts";
import { PAGE_ENTRIES, slice } from "./paging.ts";
import { listingPage } from "./view.ts";

export interface ListingOptions extends Visible {
  readonly conversations: Conversations;
  /** The certificate file that curl must be told of, where the local CA signed. */
  readonly ca: string | undefined;
  /** The folder that takes uploads. */
  readonly writable: string | undefined;
}

const BY_NAME: Order = { column: "name", descending: false };

export function listing(options: ListingOptions): (folder: Folder, request: Request) => Promise<Response> {
  return async (folder, request) => {
    const asked = new URLSearchParams(request.query);
    if (asked.has("tar")) return archive(folder, options);
    const { entries, cut } = await readFolder(folder, options);
    const order = readOrder(request.query) ?? BY_NAME;
    const ordered = inOrder(entries, order);
    if (asked.has("json") || prefersJson(request)) return jsonListing(folder, ordered, cut);
    const filter = asked.get("name") ?? "";
    const found = ordered.filter(({ name }) => name.toLowerCase().includes(filter.toLowerCase()));
    const part = slice(found, asked.get("page"));
    const page = listingPage({
      path: folder.path,
      part: { ...part, entries: await described(folder, part.entries) },
      found,
      cut,
      order,
      filter,
      origin: originOf(request),
      flags: request.secure && options.ca !== undefined ? `--cacert ${quoted(options.ca)} ` : "",
      flow: request.flow,
      secure: request.secure,
      requests: options.conversations.requests(request.flow),
      writable: options.writable !== undefined && (await takesUploads(folder, options.writable)),
    });
    return pageResponse(200, page, ["Cache-Control", "no-store", "Vary", "Accept"]);
  };
}

async function takesUploads({ location }: Folder, writable: string): Promise<boolean> {
  return isInside(await realpath(location), await realpath(writable));
}

/** A page for `*\/*` (without the backslash): wget follows its links. */
export function prefersJson({ fields }: Request): boolean {
  return chooseMediaType(fields.get("accept"), ["text/html", "application/json"]) === "application/json";
}

/** Scheme and authority as the client knows us; what it said is believed only where it is a plain host and port. */
export function originOf({ fields, flow, secure }: Request): string {
  const host = fields.get("host") ?? "";
  const { local } = flow;
  const plain = /^(?:\[[0-9a-f:.]+\]|[a-z0-9._~-]+)(?::[0-9]+)?$/i.test(host);
  const own = `${local.host.includes(":") ? `[${local.host}]` : local.host}:${local.port}`;
  return `${secure ? "https" : "http"}://${plain ? host : own}`;
}

/** As one word for a POSIX shell. */
function quoted(text: string): string {
  return /^[\w./~-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

async function jsonListing(folder: Folder, entries: readonly Entry[], cut: boolean): Promise<Response> {
  const { path } = folder;
  // All names, but only so many files are opened as for a page.
  const known = [
    ...(await described(folder, entries.slice(0, PAGE_ENTRIES))),
    ...entries.slice(PAGE_ENTRIES),
  ];
  const listed = known.map(({ name, kind, size, changed, what }) => ({
    name,
    kind,
    url: encodePath(path + name) + (kind === "folder" ? "/" : ""),
    size,
    changed: new Date(changed).toISOString(),
    type: kind === "file" ? (mediaType(name) ?? "application/octet-stream") : undefined,
    what,
  }));
  return {
    status: 200,
    fields: ["Content-Type", "application/json", "Cache-Control", "no-store", "Vary", "Accept"],
    content: `${JSON.stringify({ path, complete: !cut, entries: listed })}\n`,
  };
}
