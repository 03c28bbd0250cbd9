/** Everything that is shown, behind one handler: films, what is cut of them, and the addresses they have. */
import type { TapPoint } from "@socketscope/socket-core";
import type { Handler } from "@socketscope/web";
import { Library } from "./films/library.ts";
import { FilmShelf } from "./films/shelf.ts";
import { Api } from "./page/api.ts";
import { Viewers } from "./page/viewers.ts";
import { IngestDesk } from "./ingest/desk.ts";
import { HttpIngest } from "./ingest/http-ingest.ts";
import type { IngestLimits } from "./ingest/publication.ts";
import type { Recorder } from "./ingest/recording.ts";
import { Channels, type ChannelSource } from "./live/channels.ts";
import type { ChannelClock } from "./live/channel.ts";
import type { FedChannelLimits } from "./live/fed-channel.ts";
import { Live } from "./live/live.ts";
import { site } from "./site.ts";
import { Casts, type CastsOptions } from "./udp/casts.ts";
import { Packager } from "./vod/packager.ts";
import { Vod } from "./vod/vod.ts";

export interface StudioOptions {
  /** The folder of films. */
  readonly media: string;
  /** Host names it answers for beside localhost and addresses. */
  readonly serverNames: readonly string[];
  readonly channels: readonly ChannelSource[];
  /** Milliseconds of a part of a live segment. */
  readonly partMs: number;
  /** Segments that the playlist of a channel lists; as many more can still be had. */
  readonly window?: number;
  readonly clock?: ChannelClock;
  /** What a publisher must know; undefined: sit at this machine. */
  readonly ingestKey?: string | undefined;
  readonly ingest?: Partial<IngestLimits> | undefined;
  readonly fed?: Partial<FedChannelLimits> | undefined;
  readonly recorder?: Recorder | undefined;
}

export class Studio {
  readonly handler: Handler;
  readonly desk: IngestDesk;
  readonly #shelf = new FilmShelf();
  readonly #channels: Channels;
  readonly #clock: ChannelClock | undefined;
  #casts: Casts | undefined;

  constructor(options: StudioOptions) {
    const { media, serverNames, channels: sources, partMs, window, clock, fed } = options;
    const library = new Library(media);
    const packager = new Packager(this.#shelf);
    const vod = new Vod({ library, shelf: this.#shelf, packager });
    // RFC 8216 §6.2.2: what has left the playlist is there for as long as the playlist lasted.
    const limits = window === undefined ? {} : { window, kept: window };
    const shelf = this.#shelf;
    const channels = new Channels({ sources, shelf, part: partMs / 1000, clock, limits, fed });
    this.#channels = channels;
    this.#clock = clock;
    this.desk = new IngestDesk({
      channels,
      key: options.ingestKey,
      limits: options.ingest,
      recorder: options.recorder,
    });
    const ingest = new HttpIngest(this.desk);
    const viewers = new Viewers();
    const casts = (): Casts | undefined => this.#casts;
    const api = new Api({ library, channels, desk: this.desk, viewers, casts });
    const live = new Live(channels);
    this.handler = site({ media, serverNames, vod, live, ingest, casts, api, viewers });
  }

  /** Sends and hears by UDP. Throws UsageError, or SocketError, with nothing left open. */
  async cast(options: CastsOptions, tap: TapPoint, onTrouble: (why: string) => void): Promise<Casts> {
    const parts = { channels: this.#channels, desk: this.desk, tap, clock: this.#clock, onTrouble };
    this.#casts = await Casts.open({ ...options, ...parts });
    return this.#casts;
  }

  /** Files open now. */
  get films(): number {
    return this.#shelf.size;
  }

  /** After the last request. Resolves when what is recorded is on the disk. */
  async close(): Promise<void> {
    await this.#casts?.close();
    await this.desk.close();
    this.#channels.close();
    this.#shelf.close();
  }
}
