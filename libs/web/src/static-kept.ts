/** A small file in memory with its coded forms, and the one question asked before each use: is it still so? */
import type { Fields } from "@socketscope/http";
import { statSync } from "node:fs";
import type { Response } from "./handler.ts";
import type { Representation } from "./static-answer.ts";
import type { Cached } from "./file-cache.ts";
import { chooseCoding } from "./static-describe.ts";
import { sameVersion, type Version } from "./static-file.ts";
import type { Sibling } from "./static-lookup.ts";
import type { Coding } from "./static-options.ts";

export interface KeptForm {
  readonly representation: Representation;
  readonly octets: Uint8Array;
  /** The 200, made once: a hit builds nothing. */
  readonly whole: Response;
  /** The sibling it was read from. */
  readonly sibling?: Sibling;
}

export function keptForm(representation: Representation, octets: Uint8Array): KeptForm {
  const fields = ["Content-Type", representation.type, ...representation.fields];
  return { representation, octets, whole: { status: 200, fields, content: octets } };
}

/** What a kept file costs beside its octets: fields, versions, the maps. An estimate in octets. */
const OVERHEAD = 2048;

export class KeptFile implements Cached {
  /** The name it was opened by. */
  readonly path: string;
  readonly version: Version;
  readonly siblings: ReadonlyMap<Coding, Sibling>;
  /** Codings that may be asked for, the favourite first. */
  readonly offered: readonly Coding[];
  readonly identity: KeptForm;
  readonly #coded = new Map<Coding, KeptForm>();
  readonly #pending = new Map<Coding, Promise<KeptForm | undefined>>();
  #accepted: string | undefined;
  #chosen: Coding | "identity" | undefined = "identity";
  /** When its path was last looked up from the start; milliseconds since 1970. */
  checked: number;

  constructor(
    file: { readonly path: string; readonly version: Version },
    siblings: ReadonlyMap<Coding, Sibling>,
    offered: readonly Coding[],
    identity: KeptForm,
    checked: number,
  ) {
    this.path = file.path;
    this.version = file.version;
    this.siblings = siblings;
    this.offered = offered;
    this.identity = identity;
    this.checked = checked;
  }

  /** The coding for a request without a Range; the last answer is remembered, since browsers all ask alike. */
  choose(method: string, fields: Fields): Coding | "identity" | undefined {
    const accepted = fields.get("accept-encoding");
    if (accepted !== this.#accepted) {
      this.#accepted = accepted;
      this.#chosen = chooseCoding(method, fields, this.offered);
    }
    return this.#chosen;
  }

  get octets(): number {
    let octets = this.identity.octets.length + OVERHEAD;
    for (const form of this.#coded.values()) if (form !== this.identity) octets += form.octets.length;
    return octets;
  }

  /** Asks the system, on the spot. */
  isCurrent(): boolean {
    return isCurrent(this.path, this.version);
  }

  /** The form that can be sent at once, or undefined. */
  ready(coding: Coding | "identity"): KeptForm | undefined {
    if (coding === "identity") return this.identity;
    const form = this.#coded.get(coding);
    if (form === undefined) return undefined;
    if (form.sibling === undefined || isCurrent(form.sibling.path, form.sibling.version)) return form;
    this.#coded.delete(coding);
    return undefined;
  }

  /**
   * The form, made by `make` unless it is there or being made: a crowd of first readers costs one coding. Identity
   * when `make` has none now.
   */
  async form(
    coding: Coding | "identity",
    make: (coding: Coding) => Promise<KeptForm | undefined>,
  ): Promise<KeptForm> {
    const ready = this.ready(coding);
    if (ready || coding === "identity") return ready ?? this.identity;
    const pending = this.#pending.get(coding) ?? this.#make(coding, make);
    return (await pending) ?? this.identity;
  }

  #make(
    coding: Coding,
    make: (coding: Coding) => Promise<KeptForm | undefined>,
  ): Promise<KeptForm | undefined> {
    const pending = make(coding)
      .then((form) => {
        if (form) this.#coded.set(coding, form);
        return form;
      })
      .finally(() => this.#pending.delete(coding));
    this.#pending.set(coding, pending);
    return pending;
  }

  /** Whether it is what a fresh look found: same file, same siblings. */
  isOf(
    file: { readonly path: string; readonly version: Version },
    siblings: ReadonlyMap<Coding, Sibling>,
  ): boolean {
    if (this.path !== file.path || !sameVersion(this.version, file.version)) return false;
    if (this.siblings.size !== siblings.size) return false;
    for (const [coding, sibling] of siblings) {
      const before = this.siblings.get(coding);
      if (before === undefined || !sameVersion(before.version, sibling.version)) return false;
    }
    return true;
  }
}

/** Nanoseconds, so `bigint`: it costs the same. One stat is the price of never showing an old version. */
const STAT = { bigint: true, throwIfNoEntry: false } as const;

function isCurrent(path: string, version: Version): boolean {
  try {
    const stats = statSync(path, STAT);
    return stats !== undefined && sameVersion(stats, version);
  } catch {
    // Not readable any more: the slow path finds out how to say so.
    return false;
  }
}
