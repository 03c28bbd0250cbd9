/** The command line. */
import {
  BadValue,
  kinds,
  portOrOff,
  serverOptions,
  type Kind,
  type OptionReader,
  type ServerOptions,
} from "@socketscope/host";
import { resolve } from "node:path";
import type { ChannelSource } from "./live/channels.ts";
import { SAMPLE_FOLDER } from "./sample-folder.ts";
import type { CastsOptions } from "./udp/casts.ts";
import { parseTarget, type UdpTarget } from "./udp/target.ts";

export type EngineName = "hand" | "node-http";

export interface VideoStreamerOptions extends ServerOptions<EngineName> {
  readonly port: number | "off";
  readonly rtmpPort: number | "off";
  /** Absolute. */
  readonly media: string;
  /** Lower case; ".example" stands for all names below it. */
  readonly serverNames: readonly string[];
  readonly channels: readonly ChannelSource[];
  /** Milliseconds of a part of a live segment. */
  readonly partMs: number;
  readonly window: number;
  /** Undefined: only this machine may publish. */
  readonly ingestKey: string | undefined;
  /** Absolute. Undefined: nothing is recorded. */
  readonly record: string | undefined;
  /** Bits a second. */
  readonly maxIngest: number;
  readonly casts: CastsOptions;
  /** Milliseconds in which a viewer must take something of what is queued. */
  readonly writeTimeout: number;
}

const hostName: Kind<string> = {
  argument: "NAME",
  read(text) {
    // RFC 1123 §2.1: letters, digits and hyphens, with dots between the labels.
    if (
      text.length > 253 ||
      !/^\.?[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*$/i.test(text)
    )
      throw new BadValue("give a host name without port, such as www.example or .example");
    return text.toLowerCase();
  },
};

const UNITS: Readonly<Record<string, number>> = { "": 1, k: 1e3, m: 1e6, g: 1e9 };

const bitRate: Kind<number> = {
  argument: "RATE",
  read(text) {
    const [, digits, unit = ""] = /^(\d{1,12}(?:\.\d{1,3})?)([kmg]?)$/i.exec(text) ?? [];
    const value = Math.round(Number(digits ?? Number.NaN) * (UNITS[unit.toLowerCase()] ?? Number.NaN));
    if (!(value >= 1000 && value <= 1e10))
      throw new BadValue("give bits a second such as 800k or 20M, from 1k to 10G");
    return value;
  },
};

const channel: Kind<ChannelSource> = {
  argument: "NAME=FILE|DIR",
  read(text, base) {
    // A name stands in addresses, and in front of .mp4.
    const [, name, path] = /^([\w-]{1,64})=(.+)$/.exec(text) ?? [];
    if (name === undefined || path === undefined || path.includes("\0"))
      throw new BadValue("give a channel such as news=./news.mp4 or films=./films");
    return { name, path: resolve(base, path) };
  },
};

function datagrams(...schemes: readonly ("udp" | "rtp")[]): Kind<UdpTarget> {
  return {
    argument: `NAME=${schemes.join()}://A:P`,
    read(text) {
      const target = parseTarget(text, schemes);
      if (target === undefined)
        throw new BadValue(
          `give a channel and a literal address such as demo=${schemes[0] ?? ""}://239.255.0.1:5004`,
        );
      return target;
    },
  };
}

const heardDatagrams: Kind<UdpTarget> = {
  argument: "NAME=URL",
  read(text, base) {
    const target = datagrams("udp", "rtp").read(text, base);
    if (target.reports !== undefined) throw new BadValue("rtcpport= is for what is sent (--rtp)");
    return target;
  },
};

/** What goes out and comes in by UDP. */
function castsOptions(read: OptionReader): CastsOptions {
  read.group("Datagrams:");
  const plain = read.list("udp", datagrams("udp"), { help: "send a channel as MPEG-TS over UDP" });
  const rtp = read.list("rtp", datagrams("rtp"), { help: "send a channel as MPEG-TS over RTP" });
  return {
    targets: [...plain, ...rtp],
    sources: read.list("udp-ingest", heardDatagrams, {
      help: "a channel fed by what comes to udp://A:P or rtp://A:P",
    }),
    route: {
      interface: read.one("interface", kinds.address, {
        help: "interface for datagrams, by its address",
        default: "127.0.0.1",
      }),
      ttl: read.one("ttl", kinds.integer(0, 255), {
        help: "routers that datagrams to a group may pass, plus one",
        default: 1,
      }),
      broadcast: read.flag("broadcast", { help: "datagrams may go to broadcast addresses" }),
    },
    sdpFolder: read.maybe("sdp", kinds.path("DIR"), { help: "write NAME.sdp of each --rtp there" }),
  };
}

export function videoStreamerOptions(read: OptionReader): VideoStreamerOptions {
  read.group("Video:");
  const own = {
    port: portOrOff(read, "port", 8090, "HTTP"),
    rtmpPort: portOrOff(read, "rtmp-port", 1935, "RTMP"),
    media: read.one("media", kinds.path("DIR"), {
      help: "folder of films: MP4, MOV, MKV, WebM, TS",
      default: SAMPLE_FOLDER,
      shown: "a sample film",
    }),
    channels: read.list("live", channel, {
      help: "a channel that plays this in a circle as if live",
    }),
    partMs: read.one("part-ms", kinds.integer(100, 2000), {
      help: "length of a part in low-latency HLS",
      default: 400,
    }),
    window: read.one("window", kinds.integer(3, 10_000), {
      help: "segments that a channel lists, for winding back; updates leave out those before the sixth",
      default: 6,
    }),
    serverNames: read.list("server-name", hostName, {
      help: "answer for this host name; .example: all below",
    }),
    ingestKey: read.maybe("ingest-key", kinds.text("KEY", 200), {
      help: "what publishers must know; without: this machine only",
    }),
    record: read.maybe("record", kinds.path("DIR"), { help: "keep what is published as files there" }),
    maxIngest: read.one("max-ingest", bitRate, {
      help: "bits a second that a publisher may send",
      default: 20_000_000,
      shown: "20M",
    }),
    writeTimeout: read.one("write-timeout", kinds.duration("s", 3_600_000), {
      help: "cut off who takes nothing for so long",
      default: 30_000,
      shown: "30s",
    }),
    casts: castsOptions(read),
  };
  return {
    ...own,
    ...serverOptions(read, { engines: ["hand", "node-http"], idle: 60_000, env: process.env }),
  };
}
