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
import { SAMPLE_FOLDER } from "./sample-folder.ts";

export type EngineName = "hand" | "node-http";

export interface VideoStreamerOptions extends ServerOptions<EngineName> {
  readonly port: number | "off";
  /** Absolute. */
  readonly media: string;
  /** Lower case; ".example" stands for all names below it. */
  readonly serverNames: readonly string[];
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

export function videoStreamerOptions(read: OptionReader): VideoStreamerOptions {
  read.group("Video:");
  const own = {
    port: portOrOff(read, "port", 8090, "HTTP"),
    media: read.one("media", kinds.path("DIR"), {
      help: "folder of films: MP4, MOV, MKV, WebM, TS",
      default: SAMPLE_FOLDER,
      shown: "a sample film",
    }),
    serverNames: read.list("server-name", hostName, {
      help: "answer for this host name; .example: all below",
    }),
    writeTimeout: read.one("write-timeout", kinds.duration("s", 3_600_000), {
      help: "cut off who takes nothing for so long",
      default: 30_000,
      shown: "30s",
    }),
  };
  return {
    ...own,
    ...serverOptions(read, { engines: ["hand", "node-http"], idle: 60_000, env: process.env }),
  };
}
