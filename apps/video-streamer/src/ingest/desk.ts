/** Who may publish under which name: the same for every way in. */
import { createHash, timingSafeEqual } from "node:crypto";
import { isIPv4 } from "node:net";
import type { Channels } from "../live/channels.ts";
import { INGEST_LIMITS, Publication, type IngestLimits } from "./publication.ts";
import type { Recorder } from "./recording.ts";

/** A name of a channel: it stands in addresses, and in front of .mp4. */
export const CHANNEL_NAME = /^[\w-]{1,64}$/;

/** Why somebody may not publish; the sentence is for him. */
export interface DeskRefusal {
  readonly kind: "key" | "loopback" | "name" | "taken" | "full";
  readonly why: string;
}

/** Who publishes, as the page tells of it. */
export interface PublicationSeen {
  readonly name: string;
  /** "127.0.0.1:40000" */
  readonly from: string;
  /** "MP4 by HTTP" */
  readonly by: string;
  readonly warning: string | undefined;
  /** Why it was ended by us; undefined while it goes on, and when the publisher ended it. */
  readonly refused: string | undefined;
  readonly going: boolean;
}

export interface DeskOptions {
  readonly channels: Channels;
  /** Undefined: whoever sits at this machine. */
  readonly key?: string | undefined;
  readonly limits?: Partial<IngestLimits> | undefined;
  /** Undefined: nothing is recorded. */
  readonly recorder?: Recorder | undefined;
}

interface Entry {
  readonly publication: Publication;
  readonly from: string;
  by: string;
  refused: string | undefined;
  going: boolean;
}

export class IngestDesk {
  readonly limits: IngestLimits;
  readonly #options: DeskOptions;
  /** The last of each name. */
  readonly #entries = new Map<string, Entry>();

  constructor(options: DeskOptions) {
    this.#options = options;
    this.limits = { ...INGEST_LIMITS, ...options.limits };
  }

  /** Undefined when `key`, from `host`, is good enough. */
  refuses(key: string | undefined, host: string): DeskRefusal | undefined {
    const wanted = this.#options.key;
    if (wanted === undefined)
      return isLoopback(host)
        ? undefined
        : { kind: "loopback", why: "Without --ingest-key only this machine may publish." };
    return key !== undefined && timingSafeEqual(digest(key), digest(wanted))
      ? undefined
      : {
          kind: "key",
          why: "The key is missing or wrong: give it as Authorization: Bearer KEY, or ?key=KEY.",
        };
  }

  /** To be left again in any case. */
  enter(name: string, from: string, by: string): Publication | DeskRefusal {
    const { channels, recorder } = this.#options;
    if (!CHANNEL_NAME.test(name))
      return { kind: "name", why: "The name of a channel is 1 to 64 letters, digits, _ and -." };
    if (channels.plays(name)) return { kind: "taken", why: `The channel ${name} plays films (--live).` };
    const known = this.#entries.get(name);
    if (known?.going === true)
      return { kind: "taken", why: `${name} is being published from ${known.from}.` };
    const going = [...this.#entries.values()].filter((one) => one.going).length;
    if (going >= this.limits.publications)
      return { kind: "full", why: `${going} publications at a time are enough.` };
    const publication = new Publication(name, channels, this.limits, recorder);
    this.#entries.set(name, { publication, from, by, refused: undefined, going: true });
    this.#forget();
    return publication;
  }

  /** `refused`: why it was ended by us. */
  leave(publication: Publication, refused?: string): void {
    publication.close();
    const entry = this.#entries.get(publication.name);
    if (entry?.publication === publication) Object.assign(entry, { going: false, refused });
  }

  /** Ends all that goes on; resolves when what is recorded is on the disk. */
  async close(): Promise<void> {
    for (const { publication } of this.#entries.values()) publication.close();
    await this.#options.recorder?.close();
  }

  /** What is sent has been recognised. */
  describe(publication: Publication, by: string): void {
    const entry = this.#entries.get(publication.name);
    if (entry?.publication === publication) entry.by = by;
  }

  list(): PublicationSeen[] {
    return [...this.#entries.values()].map(({ publication, from, by, refused, going }) => ({
      name: publication.name,
      from,
      by,
      warning: publication.warning,
      refused,
      going,
    }));
  }

  /** As many of those that are over as may be going. */
  #forget(): void {
    for (const [name, { going }] of this.#entries) {
      if (this.#entries.size <= 2 * this.limits.publications) return;
      if (!going) this.#entries.delete(name);
    }
  }
}

function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}

function isLoopback(host: string): boolean {
  const plain = host.replace(/^::ffff:/i, "");
  return plain === "::1" || (isIPv4(plain) && plain.startsWith("127."));
}
