/** What is known of a file before its octets are touched: type, codings, validators, fields. */
import { addVary, chooseEncoding, type EntityTag, type Fields } from "@socketscope/http";
import { isCompressible } from "./compress.ts";
import { represent, type Representation } from "./static-answer.ts";
import type { OpenFile, Version } from "./static-file.ts";
import { findSiblings, type Sibling } from "./static-lookup.ts";
import type { Coding, StaticOptions } from "./static-options.ts";

export interface Description {
  readonly type: string;
  readonly siblings: ReadonlyMap<Coding, Sibling>;
  /** Codings that can be had, the favourite first. */
  readonly offered: readonly Coding[];
  readonly vary: string | undefined;
}

/** `vary`: what the choice of this very file depended on. `compressFrom` in octets. */
export async function describeFile(
  file: OpenFile,
  options: StaticOptions,
  compressFrom: number,
  vary: string | undefined,
): Promise<Description> {
  const { precompressed = ["br", "zstd", "gzip"], compress = ["br", "gzip"] } = options;
  const type = options.typeOf(file.path) ?? "application/octet-stream";
  const siblings = await findSiblings(file, precompressed);
  const isWorth = file.size >= compressFrom && isCompressible(type);
  // What lies there comes first: it costs nothing, and somebody took care to make it.
  const made = isWorth ? compress.filter((coding) => !siblings.has(coding)) : [];
  const offered = [...siblings.keys(), ...made];
  return { type, siblings, offered, vary: offered.length === 0 ? vary : addVary(vary, "Accept-Encoding") };
}

/** `strong`: these octets, and no others, go with `version` (RFC 9110 §8.8.1). `now` in ms since 1970. */
export function representFile(
  path: string,
  version: Version,
  strong: boolean,
  coding: Coding | "identity",
  { type, vary }: Description,
  options: StaticOptions,
  now: number,
): Representation {
  const etag: EntityTag = { weak: !strong, opaque: opaqueTag(version, coding) };
  const lastModified = Number(version.mtimeNs / 1_000_000n);
  return represent({
    type,
    coding,
    vary,
    // RFC 9110 §8.8.2.1: no Last-Modified later than the message's own Date.
    validators: lastModified <= now ? { etag, lastModified } : { etag },
    cacheControl: options.cacheControl?.(path),
    more: options.fields ?? [],
  });
}

/** The coding to send. Undefined: nothing that is acceptable can be had. */
export function chooseCoding(
  method: string,
  fields: Fields,
  offered: readonly Coding[],
): Coding | "identity" | undefined {
  const accepted = fields.get("accept-encoding");
  if (accepted === undefined) return "identity";
  // Ranges count octets of the file as it is, so that a download can go on whatever the coder does.
  const ranged = method === "GET" && fields.has("range");
  if (ranged && chooseEncoding(accepted, []) !== undefined) return "identity";
  const chosen = chooseEncoding(accepted, offered);
  return chosen === "identity" ? chosen : offered.find((coding) => coding === chosen);
}

/** ctime stands for mtime: it moves whenever that does, and also when somebody sets that back. */
function opaqueTag({ ino, size, ctimeNs }: Version, coding: string): string {
  const tag = `${ino.toString(36)}-${size.toString(36)}-${ctimeNs.toString(36)}`;
  // RFC 9110 §8.8.3.3: another coding is another representation, with another tag.
  return coding === "identity" ? tag : `${tag}-${coding}`;
}
