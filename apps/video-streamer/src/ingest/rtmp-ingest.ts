/** Publishing by RTMP: `rtmp://HOST/live/NAME?key=KEY`, as OBS and `ffmpeg -f flv` do. */
import { randomBytes } from "node:crypto";
import { FlvReader, MediaError, type FlvEvent } from "@socketscope/media";
import {
  HANDSHAKE_RANDOM,
  RtmpServer,
  type RtmpServerAction,
  type RtmpServerEvent,
  type RtmpServerWait,
} from "@socketscope/rtmp";
import { drive, type Clocks, type Link, type Session, type Stream } from "@socketscope/socket-core";
import type { DeskRefusal, IngestDesk } from "./desk.ts";
import { IngestError } from "./errors.ts";
import type { Publication } from "./publication.ts";

export interface RtmpIngestLimits {
  /** Milliseconds for the whole handshake. Default 5,000. */
  readonly handshake: number;
  /** Milliseconds for each command until something is published. Default 10,000. */
  readonly command: number;
}

export const RTMP_INGEST_LIMITS: RtmpIngestLimits = { handshake: 5000, command: 10_000 };

/** Ids of the tracks of a publication: RTMP has one of each. */
const TRACKS = { video: 1, audio: 2 } as const;

/** Takes over a connection that has just been accepted. `failed`: a fault of ours. */
export function serveRtmp(
  stream: Stream,
  desk: IngestDesk,
  limits: RtmpIngestLimits,
  failed: (error: unknown) => void,
): void {
  const clocks: Clocks<RtmpServerWait> = {
    handshake: { ms: limits.handshake, from: "start" },
    command: { ms: limits.command, from: "start" },
    media: { ms: desk.limits.silent * 1000, from: "progress" },
  };
  const core = new RtmpServer({ random: randomBytes(HANDSHAKE_RANDOM) });
  drive(stream, core, new RtmpSession(stream, desk, failed), clocks);
}

class RtmpSession implements Session<RtmpServerEvent, RtmpServerAction> {
  readonly #desk: IngestDesk;
  readonly #from: { readonly host: string; readonly port: number };
  readonly failed: (error: unknown) => void;
  #flv = new FlvReader();
  #publication: Publication | undefined;

  constructor(stream: Stream, desk: IngestDesk, failed: (error: unknown) => void) {
    this.#desk = desk;
    this.#from = stream.flow.remote;
    this.failed = failed;
  }

  on(event: RtmpServerEvent, link: Link<RtmpServerAction>): void | Promise<void> {
    switch (event.type) {
      case "owed":
        link.send(event.action);
        return undefined;
      case "connect":
      case "metadata":
        return undefined;
      case "publish":
        return this.#publish(event, link);
      case "media":
        return this.#media(event, link);
      case "unpublish":
        return this.#leave();
    }
  }

  closed(): void {
    this.#leave();
  }

  /** The key stands behind the name, or behind the application's. */
  #publish(
    { app, name }: { readonly app: string; readonly name: string },
    link: Link<RtmpServerAction>,
  ): void {
    const [own = "", query = ""] = name.split("?", 2);
    const key =
      new URLSearchParams(query).get("key") ?? new URLSearchParams(app.split("?", 2)[1] ?? "").get("key");
    const { host, port } = this.#from;
    const refusal = this.#desk.refuses(key ?? undefined, host);
    if (refusal !== undefined) return deny(link, refusal);
    const publication = this.#desk.enter(own, `${host}:${port}`, "RTMP");
    if ("kind" in publication) return deny(link, publication);
    this.#publication = publication;
    this.#flv = new FlvReader();
    link.send({ type: "publishing" });
    return undefined;
  }

  #media(
    { kind, timestamp, octets }: Extract<RtmpServerEvent, { type: "media" }>,
    link: Link<RtmpServerAction>,
  ): void | Promise<void> {
    const publication = this.#publication;
    if (publication === undefined) return undefined;
    try {
      for (const event of this.#flv.push(kind, timestamp, octets)) heed(publication, event);
      return publication.ready();
    } catch (error) {
      if (!(error instanceof IngestError) && !(error instanceof MediaError)) throw error;
      this.#leave(error.message);
      link.send({ type: "stopped", code: "NetStream.Publish.Failed", why: `Not taken: ${error.message}` });
      return undefined;
    }
  }

  #leave(refused?: string): void {
    if (this.#publication !== undefined) this.#desk.leave(this.#publication, refused);
    this.#publication = undefined;
  }
}

function heed(publication: Publication, event: FlvEvent): void {
  if (event.type === "track") publication.track(TRACKS[event.track.kind], event.track);
  else publication.sample(TRACKS[event.kind], event.sample);
}

function deny(link: Link<RtmpServerAction>, { kind, why }: DeskRefusal): void {
  const code =
    kind === "key" || kind === "loopback" ? "NetStream.Publish.Denied" : "NetStream.Publish.BadName";
  link.send({ type: "denied", code, why });
}
