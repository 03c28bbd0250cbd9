/** All that this program sends and hears by UDP, opened together and closed together; and what players are told of it. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { ListenerUrl } from "@socketscope/host";
import { formatSdp } from "@socketscope/media";
import { castOf, type TapPoint } from "@socketscope/socket-core";
import { answerOctets, type Request, type Response } from "@socketscope/web";
import { pathParts, say } from "../answers.ts";
import type { IngestDesk } from "../ingest/desk.ts";
import type { ChannelClock } from "../live/channel.ts";
import type { Channels } from "../live/channels.ts";
import type { ReceiverSeen } from "./audience.ts";
import { UdpReceiver } from "./receiver.ts";
import { UdpSender } from "./sender.ts";
import { checkRoute, urlOf, type UdpRoute, type UdpTarget } from "./target.ts";

export interface CastsOptions {
  /** Where channels are sent to. */
  readonly targets: readonly UdpTarget[];
  /** What is heard, and as which channel. */
  readonly sources: readonly UdpTarget[];
  readonly route: UdpRoute;
  /** A folder for NAME.sdp. */
  readonly sdpFolder: string | undefined;
}

export interface CastsParts extends CastsOptions {
  readonly channels: Channels;
  readonly desk: IngestDesk;
  readonly tap: TapPoint;
  readonly clock?: ChannelClock | undefined;
  readonly onTrouble: (why: string) => void;
}

/** As the page gets it. */
export interface CastSeen {
  readonly channel: string;
  /** "rtp://239.255.0.1:5004" */
  readonly url: string;
  readonly cast: ReturnType<typeof castOf>;
  /** By its address. */
  readonly interface: string;
  /** Undefined: by UDP alone nobody reports. */
  readonly receivers: readonly ReceiverSeen[] | undefined;
}

export class Casts {
  readonly #route: UdpRoute;
  readonly #senders: UdpSender[] = [];
  readonly #receivers: UdpReceiver[] = [];
  /** RFC 8866 §5.2: the same as long as the session is. */
  readonly #session = Math.floor(Date.now() / 1000);

  private constructor(route: UdpRoute) {
    this.#route = route;
  }

  /** Throws UsageError for a way that was not asked for; rejects with SocketError, with nothing left open. */
  static async open(parts: CastsParts): Promise<Casts> {
    const { targets, sources, route, sdpFolder, ...others } = parts;
    for (const target of targets) checkRoute(target, route);
    const casts = new Casts(route);
    try {
      for (const target of targets) casts.#senders.push(await UdpSender.open({ target, route, ...others }));
      for (const target of sources)
        casts.#receivers.push(await UdpReceiver.open({ target, interface: route.interface, ...others }));
      if (sdpFolder !== undefined)
        for (const { target } of casts.#senders) {
          const text = casts.#describe(target.name);
          if (text !== undefined) await writeFile(join(sdpFolder, `${target.name}.sdp`), text);
        }
    } catch (error) {
      await casts.close();
      throw error;
    }
    return casts;
  }

  /** For the ready line: where channels are sent to, and where they are heard. */
  get urls(): ListenerUrl[] {
    return [
      ...this.#senders.map(({ target }) => ({ name: target.scheme, url: urlOf(target) })),
      ...this.#receivers.map(({ target, address }) => ({
        name: `${target.scheme}-in`,
        url: urlOf({ ...target, ...address }),
      })),
    ];
  }

  /** For the page: which channel is sent where, and who says that he hears it. */
  list(): CastSeen[] {
    return this.#senders.map(({ target, receivers }) => ({
      channel: target.name,
      url: urlOf(target),
      cast: castOf(target.host),
      interface: this.#route.interface,
      receivers,
    }));
  }

  /** `/sdp/NAME.sdp`, for GET and HEAD. */
  answer(request: Request): Response | Promise<Response> {
    const [, file = "", ...rest] = pathParts(request) ?? [];
    const name = /^(.+)\.sdp$/.exec(file)?.[1];
    const text = name === undefined || rest.length > 0 ? undefined : this.#describe(name);
    if (text === undefined) return say(404, "No channel of that name is sent by RTP (--rtp NAME=rtp://A:P).");
    return answerOctets(request, {
      octets: Buffer.from(text),
      // RFC 8866 §8.1.
      type: "application/sdp",
      cacheControl: "no-cache",
    });
  }

  async close(): Promise<void> {
    await Promise.all([...this.#senders, ...this.#receivers].map((one) => one.close()));
  }

  /** The first session of that channel; undefined when it is not sent by RTP. */
  #describe(name: string): string | undefined {
    const sender = this.#senders.find(({ target }) => target.scheme === "rtp" && target.name === name);
    if (sender === undefined) return undefined;
    const { host, port, reports } = sender.target;
    const ttl = castOf(host) === "multicast" ? this.#route.ttl : undefined;
    return formatSdp({ name, from: sender.address, to: host, port, reports, ttl, id: this.#session });
  }
}
