/** Which Content-Type a file gets by its name, and how the pages draw it. The one place that asks `mime`. */
import type { FileKind } from "@socketscope/page";
import mime from "mime";

/** Text that is none of `text/*` but is UTF-8 all the same. RFC 8259 §8.1: JSON has no charset parameter. */
const UTF8 = new Set(["image/svg+xml", "application/xml", "application/xhtml+xml"]);

/** Without parameters; undefined for a name nobody knows. */
export function mediaType(name: string): string | undefined {
  const type = mime.getType(name);
  // RFC 9239 §6: text/javascript is the one type of JavaScript, modules (.mjs) included.
  if (type === "application/javascript" || type === "application/node") return "text/javascript";
  return type ?? undefined;
}

/** With `charset=utf-8` where it is text: files are UTF-8 here, and without it a browser may guess. */
export function contentType(name: string): string | undefined {
  const type = mediaType(name);
  if (type === undefined) return undefined;
  return type.startsWith("text/") || UTF8.has(type) ? `${type}; charset=utf-8` : type;
}

const KINDS: readonly (readonly [RegExp, FileKind])[] = [
  [/^video\/|mpegurl$/, "film"],
  [/^audio\//, "sound"],
  [/^image\//, "picture"],
  [/^font\//, "font"],
  [/^text\/html$|^application\/xhtml\+xml$/, "page"],
  [/^application\/pdf$/, "pdf"],
  [/^application\/vnd\.tcpdump\.pcap$/, "capture"],
  [/^application\/(?:zip|gzip|x-tar|x-7z-compressed|zstd|x-bzip2?|vnd\.rar)$/, "archive"],
  [/^text\/(?:css|javascript)$|json$|^application\/(?:wasm|xml|typescript)$|\+xml$/, "code"],
  [/^text\//, "text"],
];

export function fileKind(name: string): FileKind {
  if (/\.pcap(?:ng)?$/i.test(name)) return "capture";
  const type = mediaType(name) ?? "";
  return KINDS.find(([pattern]) => pattern.test(type))?.[1] ?? "other";
}
