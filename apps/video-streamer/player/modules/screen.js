/** The picture: one `<video>`, fed by a file, by hls.js, or by a response that never ends. */

/** @typedef {InstanceType<typeof Hls>} HlsPlayer */

export class Screen extends EventTarget {
  /** @type {HlsPlayer | undefined} */
  hls;
  stalls = 0;
  /** @type {Asked[]} */
  asked = [];
  /** @type {Show | undefined} */
  show;
  /** @type {Delivery} */
  delivery = "hls";
  /** Of a file: which rendition. */
  rendition = 0;
  /** The picture moves, as far as the browser has told. */
  #moving = false;
  #seeking = false;
  /** What the browser did not want to begin by itself.
   * @type {(() => void) | undefined} */
  #wanted;

  /** @param {HTMLVideoElement} video */
  constructor(video) {
    super();
    this.video = video;
    video.addEventListener("playing", () => {
      this.#moving = true;
      this.#seeking = false;
    });
    video.addEventListener("seeking", () => (this.#seeking = true));
    // A wait for what was just asked for is no stall; one in the middle of the picture is, once until it moves again:
    // under load a browser tells of one wait several times.
    video.addEventListener("waiting", () => {
      if (!this.#moving || this.#seeking || video.ended) return;
      this.stalls++;
      this.#moving = false;
    });
    video.addEventListener("error", () => {
      if (video.error !== null && video.getAttribute("src"))
        this.#fail(video.error.message || "the browser cannot play this");
    });
  }

  /**
   * @param {Show} show
   * @param {Delivery} delivery
   * @param {number} [at] seconds
   */
  open(show, delivery, at = 0) {
    this.close();
    Object.assign(this, { show, delivery });
    for (const { file, language } of show.subtitles) {
      if (delivery !== "progressive") continue;
      const track = document.createElement("track");
      Object.assign(track, {
        kind: "subtitles",
        src: mediaAddress(file),
        label: language ?? "Subtitles",
        srclang: language ?? "",
      });
      this.video.append(track);
    }
    const address = this.address();
    if (delivery === "progressive" || delivery === "chunked") this.video.src = address;
    else if (Hls.isSupported()) this.#attach(address, at);
    else this.video.src = address;
    if (at > 0 && this.hls === undefined) this.video.currentTime = at;
    this.dispatchEvent(new Event("opened"));
    this.video.play().catch(() => this.#blocked());
  }

  /** The browser wants to be asked by a person first. What is live is not to run on meanwhile: it is opened anew then. */
  #blocked() {
    const { show, delivery, live } = this;
    if (live && show !== undefined) {
      this.close();
      this.#wanted = () => this.open(show, delivery);
    }
    this.dispatchEvent(new Event("blocked"));
  }

  /** For a button, or a key. */
  play() {
    if (this.#wanted !== undefined) this.#wanted();
    else this.video.play().catch(() => undefined);
  }

  close() {
    this.#wanted = undefined;
    this.hls?.destroy();
    this.hls = undefined;
    this.video.removeAttribute("src");
    this.video.replaceChildren();
    this.video.load();
    this.stalls = 0;
    this.asked = [];
    this.#moving = false;
  }

  /** Of what is shown now. */
  address() {
    const { show, delivery, rendition } = this;
    if (show === undefined) return "";
    const name = encodeURIComponent(show.name);
    if (delivery === "progressive") return mediaAddress(show.renditions[rendition]?.file ?? "");
    if (show.kind === "film") return `/vod/${name}/master.m3u8`;
    if (delivery === "chunked") return `/live/${name}.mp4`;
    return `/live/${name}/${delivery === "low-latency" ? "master" : "plain"}.m3u8`;
  }

  get live() {
    return this.show?.kind === "channel";
  }

  /** Seconds of film that are here already. */
  get buffer() {
    const { buffered, currentTime } = this.video;
    for (let i = 0; i < buffered.length; i++)
      if (buffered.start(i) <= currentTime + 0.1 && buffered.end(i) >= currentTime)
        return buffered.end(i) - currentTime;
    return 0;
  }

  /** Seconds between the channel's clock and the picture; undefined where nothing says. */
  get behind() {
    const date = this.live ? this.hls?.playingDate : undefined;
    return date === undefined || date === null
      ? undefined
      : Math.max(0, (Date.now() - date.getTime()) / 1000);
  }

  goLive() {
    const edge = this.hls?.liveSyncPosition;
    if (typeof edge === "number") this.video.currentTime = edge;
    else if (this.live && this.show !== undefined) this.open(this.show, this.delivery);
  }

  /**
   * @param {string} address
   * @param {number} at
   */
  #attach(address, at) {
    const hls = new Hls({
      enableWorker: false,
      lowLatencyMode: this.delivery === "low-latency",
      backBufferLength: 30,
      // Who has fallen behind catches up by playing a little faster.
      maxLiveSyncPlaybackRate: this.delivery === "low-latency" ? 1.25 : 1,
      startPosition: at > 0 && !this.live ? at : -1,
    });
    this.hls = hls;
    const { Events } = Hls;
    hls.on(Events.ERROR, (_event, { fatal, details }) => {
      if (fatal) this.#fail(details);
    });
    hls.on(Events.MANIFEST_PARSED, () => this.dispatchEvent(new Event("qualities")));
    hls.on(Events.LEVEL_SWITCHED, () => this.dispatchEvent(new Event("qualities")));
    hls.on(Events.LEVEL_LOADED, (_event, { stats }) => this.#note("playlist", stats.loading, 1, ""));
    hls.on(Events.FRAG_LOADED, (_event, { frag, part }) => {
      const best = Math.max(1, ...hls.levels.map(({ height }) => height));
      const height = hls.levels[frag.level]?.height ?? best;
      const lane = frag.type.includes("audio") ? "sound" : "film";
      const stats = part?.stats ?? frag.stats;
      this.#note(
        lane,
        stats.loading,
        lane === "sound" ? 0.4 : height / best,
        lane === "film" ? `${height}p` : "",
      );
    });
    hls.loadSource(address);
    hls.attachMedia(this.video);
  }

  /**
   * @param {Asked["lane"]} lane
   * @param {{ start: number; end: number }} loading
   * @param {number} quality
   * @param {string} label
   */
  #note(lane, { start, end }, quality, label) {
    this.asked.push({ lane, from: start / 1000, to: end / 1000, quality, label });
    if (this.asked.length > 400) this.asked.splice(0, 100);
  }

  /** @param {string} reason */
  #fail(reason) {
    this.dispatchEvent(new CustomEvent("failed", { detail: reason }));
  }
}

/** @param {string} file */
export function mediaAddress(file) {
  return `/media/${encodeURIComponent(file)}`;
}
