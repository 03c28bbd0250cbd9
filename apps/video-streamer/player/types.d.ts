import type HlsLibrary from "hls.js";

declare global {
  /** From hls.min.js, which the page loads before its modules. */
  const Hls: typeof HlsLibrary;

  /** One film or channel, as `/api/shows` tells of it. */
  interface Show {
    kind: "film" | "channel";
    name: string;
    renditions: { label: string; file: string }[];
    subtitles: { file: string; language?: string }[];
    /** Of a channel: where it is sent in datagrams. */
    casts?: Omit<Cast, "receivers">[];
    /** Of a channel that is fed: by whom, and how it goes. */
    publication?: {
      from: string;
      by: string;
      going: boolean;
      warning?: string;
      refused?: string;
    };
  }

  /** A channel in datagrams, and who says that he hears it. */
  interface Cast {
    channel: string;
    url: string;
    cast: "unicast" | "multicast" | "broadcast";
    /** By its address. */
    interface: string;
    /** Left out by UDP alone. */
    receivers?: {
      remote: string;
      name: string;
      lost: number;
      losing: number;
      jitter: number;
      roundTrip?: number;
    }[];
  }

  type Delivery = "progressive" | "hls" | "low-latency" | "chunked";

  /** One request of the player, for the picture of what was asked for and when. Seconds of `performance.now()`. */
  interface Asked {
    lane: "playlist" | "film" | "sound";
    from: number;
    to: number;
    /** 0 to 1, of the best there is. */
    quality: number;
    label: string;
  }

  /** What a socket carried, once a second. */
  interface Reading {
    buffer: number;
    behind: number | undefined;
    bitrate: number | undefined;
    throughput: number | undefined;
    stalls: number;
  }
}
