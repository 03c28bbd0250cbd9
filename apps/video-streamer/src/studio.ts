/** Everything that is shown, behind one handler: films, what is cut of them, and the addresses they have. */
import type { Handler } from "@socketscope/web";
import { Library } from "./films/library.ts";
import { FilmShelf } from "./films/shelf.ts";
import { Api } from "./page/api.ts";
import { Viewers } from "./page/viewers.ts";
import { site } from "./site.ts";
import { Packager } from "./vod/packager.ts";
import { Vod } from "./vod/vod.ts";

export interface StudioOptions {
  /** The folder of films. */
  readonly media: string;
  /** Host names it answers for beside localhost and addresses. */
  readonly serverNames: readonly string[];
}

export class Studio {
  readonly handler: Handler;
  readonly #shelf = new FilmShelf();

  constructor({ media, serverNames }: StudioOptions) {
    const library = new Library(media);
    const packager = new Packager(this.#shelf);
    const vod = new Vod({ library, shelf: this.#shelf, packager });
    const viewers = new Viewers();
    const api = new Api({ library, viewers });
    this.handler = site({ media, serverNames, vod, api, viewers });
  }

  /** Files open now. */
  get films(): number {
    return this.#shelf.size;
  }

  /** After the last request. */
  close(): void {
    this.#shelf.close();
  }
}
