/** The buttons below the picture, and the keys that stand for them. */
import { byId, clock, make } from "./dom.js";

/** @param {import("./screen.js").Screen} screen */
export function controls(screen) {
  const { video } = screen;
  const box = video.closest(".screen");
  const play = byId("play", HTMLButtonElement);
  const mute = byId("mute", HTMLButtonElement);
  const seek = byId("seek", HTMLInputElement);
  const time = byId("time", HTMLElement);
  const go = byId("go", HTMLButtonElement);
  const captions = byId("captions", HTMLButtonElement);
  const quality = byId("quality", HTMLSelectElement);
  const notice = byId("notice", HTMLElement);

  const toggle = () => (video.paused ? screen.play() : video.pause());
  const shown = () => {
    box?.classList.toggle("playing", !video.paused);
    play.setAttribute("aria-label", video.paused ? "Play" : "Pause");
    mute.setAttribute("aria-pressed", String(video.muted));
  };
  /** Where the bar begins and ends: the film, or what of a channel can still be had. */
  const range = () => {
    const { seekable, duration } = video;
    if (Number.isFinite(duration)) return { from: 0, to: duration };
    return seekable.length > 0
      ? { from: seekable.start(0), to: seekable.end(seekable.length - 1) }
      : { from: 0, to: 0 };
  };
  const tick = () => {
    const { from, to } = range();
    if (document.activeElement !== seek || !video.seeking)
      seek.value = String(to > from ? (1000 * (video.currentTime - from)) / (to - from) : 0);
    const { behind } = screen;
    const words = screen.live
      ? behind === undefined
        ? "live"
        : `live − ${behind.toFixed(1)} s`
      : `${clock(video.currentTime)} / ${clock(to)}`;
    time.textContent = words;
    seek.setAttribute("aria-valuetext", words);
    go.hidden = !screen.live || screen.delivery === "chunked";
    seek.disabled = screen.delivery === "chunked";
  };

  for (const name of ["play", "pause", "volumechange", "ended"]) video.addEventListener(name, shown);
  for (const name of ["timeupdate", "durationchange", "seeked", "progress"])
    video.addEventListener(name, tick);
  video.addEventListener("click", toggle);
  play.addEventListener("click", toggle);
  mute.addEventListener("click", () => (video.muted = !video.muted));
  go.addEventListener("click", () => screen.goLive());
  seek.addEventListener("input", () => {
    const { from, to } = range();
    video.currentTime = from + ((to - from) * Number(seek.value)) / 1000;
  });
  byId("full", HTMLButtonElement).addEventListener("click", full);
  function full() {
    if (document.fullscreenElement === null) box?.requestFullscreen().catch(() => undefined);
    else document.exitFullscreen().catch(() => undefined);
  }
  captions.addEventListener("click", toggleCaptions);
  function toggleCaptions() {
    const on = captions.getAttribute("aria-pressed") !== "true";
    captions.setAttribute("aria-pressed", String(on));
    if (screen.hls !== undefined) {
      screen.hls.subtitleTrack = on ? 0 : -1;
      screen.hls.subtitleDisplay = on;
    }
    for (const track of video.textTracks) track.mode = on ? "showing" : "disabled";
  }

  const qualities = () => {
    const options = screen.hls === undefined ? fileOptions() : levelOptions();
    quality.replaceChildren(
      ...options.map(({ value, words, chosen }) =>
        make("option", { value, ...(chosen ? { selected: "" } : {}) }, words),
      ),
    );
    byId("quality-box", HTMLElement).hidden = options.length < 2;
  };
  function fileOptions() {
    if (screen.delivery !== "progressive") return [];
    return (screen.show?.renditions ?? []).map(({ label }, i) => ({
      value: String(i),
      words: label,
      chosen: i === screen.rendition,
    }));
  }
  function levelOptions() {
    const { hls } = screen;
    if (hls === undefined) return [];
    const now = hls.levels[hls.currentLevel]?.height;
    const auto = {
      value: "-1",
      words: now === undefined ? "Auto" : `Auto · ${now}p`,
      chosen: hls.autoLevelEnabled,
    };
    const fixed = hls.levels.map(({ height, bitrate }, i) => ({
      value: String(i),
      words: `${height}p · ${(bitrate / 1_000_000).toFixed(2)} Mbit/s`,
      chosen: !hls.autoLevelEnabled && i === hls.loadLevel,
    }));
    return [auto, ...fixed.toReversed()];
  }
  quality.addEventListener("change", () => {
    const chosen = Number(quality.value);
    if (screen.hls !== undefined) screen.hls.nextLevel = chosen;
    else if (screen.show !== undefined) {
      screen.rendition = chosen;
      screen.open(screen.show, screen.delivery, video.currentTime);
    }
  });
  screen.addEventListener("qualities", qualities);
  screen.addEventListener("opened", () => {
    notice.hidden = true;
    captions.hidden = (screen.show?.subtitles.length ?? 0) === 0;
    captions.setAttribute("aria-pressed", "false");
    qualities();
    tick();
  });
  /** @param {string} words */
  const say = (words) => {
    notice.textContent = words;
    notice.hidden = false;
  };
  screen.addEventListener("blocked", () => say("Press play: the browser waits for you."));
  video.addEventListener("playing", () => (notice.hidden = true));
  screen.addEventListener("failed", (event) =>
    say(`It cannot be played: ${event instanceof CustomEvent ? String(event.detail) : ""}`),
  );

  /** @type {Record<string, () => void>} */
  const keys = {
    " ": toggle,
    k: toggle,
    m: () => (video.muted = !video.muted),
    f: full,
    c: toggleCaptions,
    l: () => screen.goLive(),
    ArrowLeft: () => (video.currentTime -= 5),
    ArrowRight: () => (video.currentTime += 5),
  };
  document.addEventListener("keydown", (event) => {
    const { target, key, ctrlKey, altKey, metaKey } = event;
    if (ctrlKey || altKey || metaKey) return;
    // Who is at a control means the control: a button by the keys that press it, since who has just chosen a film is at
    // one; the others by every key.
    const pressed = key === " " || key === "Enter" ? "button,a," : "";
    if (target instanceof Element && target.closest(`${pressed}input,select,[tabindex='0']`)) return;
    const act = keys[key];
    if (act === undefined || screen.show === undefined) return;
    event.preventDefault();
    act();
  });
  shown();
}
