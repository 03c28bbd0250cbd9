/** A viewer of HLS: chooses a rendition and what sounds with it, and follows their playlists. */
import type { MasterPlaylist, Variant } from "@socketscope/media";
import { ClientError } from "./errors.ts";
import { Follower, parsed, type Source, type Time } from "./follower.ts";
import { Ladder } from "./ladder.ts";
import type { Playback } from "./playback.ts";
import { NOWHERE, sinkInto, type Output } from "./sink.ts";

/** "auto": by how fast it comes, changing while it plays. */
export type RenditionChoice = "auto" | "best" | "least";

export interface HlsOptions {
  readonly lowLatency: boolean;
  /** Picture rows at most; undefined: as many as there are. */
  readonly rows: number | undefined;
  readonly rendition: RenditionChoice;
  /** Fetch as fast as it comes, and not as fast as it is played. */
  readonly flatOut: boolean;
  readonly output: Output | undefined;
}

export class HlsViewer {
  readonly #source: Source;
  readonly #playback: Playback;
  readonly #options: HlsOptions;
  readonly #time: Time;
  #pictures: Follower | undefined;

  constructor(source: Source, playback: Playback, options: HlsOptions, time: Time) {
    this.#source = source;
    this.#playback = playback;
    this.#options = options;
    this.#time = time;
  }

  /** Segments that had gone before they were fetched. */
  get missed(): number {
    return this.#pictures?.missed ?? 0;
  }

  /** Until the film ends, or the signal comes. `first`: what `url` gave. */
  async watch(url: URL, first: string): Promise<void> {
    const playlist = parsed(url, first);
    if (playlist.kind === "media") {
      const [only] = this.#followers([url], undefined);
      this.#pictures = only;
      return only?.run(playlist);
    }
    const { rows, rendition, flatOut, output } = this.#options;
    const allowed = allowedOf(playlist, rows);
    // What is written down is one film: its pictures do not change their size, and nobody waits for them.
    const adapts = rendition === "auto" && output === undefined && !flatOut;
    const variant = adapts ? allowed[0] : chosen(allowed, rendition);
    if (variant === undefined)
      throw new ClientError("CLIENT_PLAYLIST", `${url.href}: there is nothing to show in it`);
    const sound = playlist.renditions.find(
      ({ type, groupId, uri }) => type === "AUDIO" && groupId === variant.audio && uri !== undefined,
    );
    const others = allowed.filter(({ audio }) => audio === variant.audio);
    const ladder =
      adapts && others.length > 1 ? { steps: new Ladder(others, variant), base: url } : undefined;
    const uris = [variant.uri, ...(sound?.uri === undefined ? [] : [sound.uri])];
    const followers = this.#followers(
      uris.map((uri) => new URL(uri, url)),
      ladder,
    );
    this.#pictures = followers[0];
    await Promise.all(followers.map((follower) => follower.run()));
  }

  /** The first one shows the pictures. */
  #followers(addresses: readonly URL[], ladder: { steps: Ladder; base: URL } | undefined): Follower[] {
    const { output, lowLatency, flatOut } = this.#options;
    const sink = output === undefined ? NOWHERE : sinkInto(output, addresses.length);
    const shared = { source: this.#source, playback: this.#playback, time: this.#time, sink };
    return addresses.map((address, lane) => {
      const own = lane === 0 ? ladder : undefined;
      return new Follower(address, { ...shared, lane, lowLatency, flatOut, ladder: own });
    });
  }
}

/** In their order; those that are larger than allowed only where there is no other, and then the least of them. */
function allowedOf({ variants }: MasterPlaylist, rows = Infinity): readonly Variant[] {
  const shown = variants.filter(({ iFrames }) => !iFrames);
  const allowed = shown.filter(({ resolution }) => (resolution?.height ?? 0) <= rows);
  return allowed.length > 0 ? allowed : shown.toSorted((a, b) => a.bandwidth - b.bandwidth).slice(0, 1);
}

function chosen(variants: readonly Variant[], rendition: RenditionChoice): Variant | undefined {
  return variants.toSorted((a, b) => a.bandwidth - b.bandwidth).at(rendition === "least" ? 0 : -1);
}
