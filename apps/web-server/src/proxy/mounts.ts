/** All of `--proxy`: one client for them, so that their connections are bounded and closed together. */
import { HttpAgent } from "@socketscope/web";
import type { Mount } from "../site.ts";
import type { Place } from "./place.ts";
import { reverseProxy } from "./proxy.ts";

/** A gateway's connections rest in larger numbers than one reader's. */
const POOL = { idlePerOrigin: 64, idle: 256 };

export class Proxies {
  readonly mounts: readonly Mount[];
  readonly #agent: HttpAgent;

  /** `ca`: PEM of those who vouch for servers behind `https:`. `onError`: why a client got 502 or 504. */
  constructor(
    places: readonly Place[],
    ca: string | undefined,
    onError: (error: unknown, place: Place) => void,
  ) {
    this.#agent = new HttpAgent({ pool: POOL, ...(ca !== undefined && { tls: { ca } }) });
    this.mounts = places.map((place) => ({
      path: place.path,
      handler: reverseProxy({ ...place, agent: this.#agent, onError: (error) => onError(error, place) }),
    }));
  }

  /** What rests is closed; what runs comes to its end with the requests it is for. */
  close(): void {
    this.#agent.close();
  }
}
