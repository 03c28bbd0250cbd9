/** The command line: ffmpeg's and curl's letters where they have one. */
import { BadValue, kinds, UsageError, type Kind, type OptionReader } from "@socketscope/host";

import type { RenditionChoice } from "./hls.ts";

export interface VideoClientOptions {
  readonly url: URL;
  /** "-": standard output. */
  readonly output: string | undefined;
  readonly json: boolean;
  readonly plot: string | undefined;
  readonly viewers: number;
  /** Milliseconds. */
  readonly duration: number | undefined;
  readonly every: number;
  readonly rows: number | undefined;
  readonly rendition: RenditionChoice;
  readonly lowLatency: boolean;
  readonly flatOut: boolean;
  readonly ca: string | undefined;
}

const rows: Kind<number> = {
  argument: "ROWS",
  read(text) {
    const value = Number(/^(\d{1,5})p?$/.exec(text)?.[1] ?? Number.NaN);
    if (!(value >= 1)) throw new BadValue("give rows of pictures such as 720 or 360p");
    return value;
  },
};

const RENDITIONS = ["auto", "best", "least"] as const;

const rendition: Kind<RenditionChoice> = {
  argument: RENDITIONS.join("|"),
  read(text) {
    const found = RENDITIONS.find((one) => one === text);
    if (found === undefined) throw new BadValue(`give ${RENDITIONS.join(", ")}`);
    return found;
  },
};

export function videoClientOptions(read: OptionReader, positionals: readonly string[]): VideoClientOptions {
  read.group("Watching:");
  const watching = {
    rows: read.maybe("quality", rows, { help: "no picture larger than that" }),
    rendition: read.one<RenditionChoice>("rendition", rendition, {
      help: "auto: by how fast it comes; best while it is written or flat out",
      default: "auto",
    }),
    lowLatency: read.flag("low-latency", { help: "take parts, where there are any", default: true }),
    flatOut: read.flag("flat-out", { help: "as fast as it comes, not as it is played" }),
    viewers: read.one("viewers", kinds.integer(1, 2000), {
      help: "so many at once, each by itself",
      default: 1,
    }),
    duration: read.maybe("duration", kinds.duration("s"), { help: "stop after that", short: "t" }),
    ca: read.maybe("ca", kinds.path("FILE"), { help: "certificates of this authority are good" }),
  };
  read.group("Telling:");
  const telling = {
    output: read.maybe("output", kinds.text("FILE|-"), {
      help: "write the film there; - is a pipe",
      short: "o",
    }),
    json: read.flag("json", { help: "a line of JSON for each moment" }),
    every: read.one("every", kinds.duration("s", 3_600_000), {
      help: "how often",
      default: 1000,
      shown: "1s",
    }),
    plot: read.maybe("plot", kinds.path("FILE"), { help: "draw how it went, as SVG" }),
  };
  if (telling.output !== undefined && watching.viewers > 1)
    throw new UsageError("USAGE_BAD_VALUE", "--output: what several viewers see does not go into one file");
  return { ...watching, ...telling, url: positionals.map(addressIn)[0] ?? NONE };
}

/** While only help is asked for; a command line without URL is refused before. */
const NONE = new URL("http://localhost/");

function addressIn(text: string): URL {
  // As curl does: http is meant where no scheme is said.
  const address = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `http://${text}`;
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (url?.protocol !== "http:" && url?.protocol !== "https:")
    throw new UsageError("USAGE_BAD_VALUE", `give an http:// or https:// URL, not ${JSON.stringify(text)}`);
  return url;
}
