/** Name, filter, pause, theme. */
import { useEffect, useRef } from "preact/hooks";
import { FILTER_WORDS } from "../src/filter.ts";
import { setPaused } from "./live.ts";
import { stillLooking } from "./octet-searches.ts";
import { OpenFile } from "./open-file.tsx";
import { filterText, link, mode, parsedFilter, paused, range, showsKeys, type Mode } from "./state.ts";
import { thousands } from "./words.ts";

const MODES: readonly (readonly [Mode, string])[] = [
  ["live", "Live"],
  ["compare", "Compare"],
  ["part", "Take part"],
];

export function Topbar() {
  return (
    <header class="top">
      <h1 class="brand">
        <svg viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.8" aria-hidden="true">
          <path d="M3 8h12l-3-3M21 16H9l3 3" stroke="var(--accent)" />
          <circle cx="19.5" cy="8" r="1.8" fill="var(--smtp)" stroke="none" />
          <circle cx="4.5" cy="16" r="1.8" fill="var(--ftp)" stroke="none" />
        </svg>
        <span>
          Socketscope<small> wire inspector</small>
        </span>
      </h1>
      <div class="seg modes" role="group" aria-label="Mode">
        {MODES.map(([name, label]) => (
          <button
            key={name}
            type="button"
            aria-pressed={mode.value === name}
            onClick={() => (mode.value = name)}
          >
            {label}
          </button>
        ))}
      </div>
      <FilterField />
      <span class={`state ${link.value}${paused.value ? " stopped" : ""}`} role="status">
        <i aria-hidden="true" />
        {link.value === "live" ? (paused.value ? "paused" : "live") : link.value}
      </span>
      <button type="button" aria-pressed={paused.value} onClick={() => setPaused(!paused.value)}>
        {paused.value ? "Go on" : "Pause"} <kbd>space</kbd>
      </button>
      <OpenFile />
      <a class="button hide" href="/capture.pcapng?once" download="socketscope.pcapng">
        Export pcapng
      </a>
      <button type="button" class="help" aria-label="Keys" onClick={() => (showsKeys.value = true)}>
        <kbd>?</kbd>
      </button>
      <ThemeSwitch />
    </header>
  );
}

function FilterField() {
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => {
    const find = (event: KeyboardEvent): void => {
      const typing = event.target instanceof HTMLInputElement || event.target instanceof HTMLTextAreaElement;
      if (event.key !== "/" || typing || event.ctrlKey || event.metaKey) return;
      event.preventDefault();
      field.current?.focus();
    };
    addEventListener("keydown", find);
    return () => removeEventListener("keydown", find);
  }, []);
  const parsed = parsedFilter.value;
  const fault = "at" in parsed ? parsed : undefined;
  const hint = Object.values(FILTER_WORDS).join(" · ");
  return (
    <div class={`filter${fault === undefined ? "" : " bad"}`} role="search">
      <svg
        width="14"
        height="14"
        viewBox="0 0 16 16"
        fill="none"
        stroke="var(--ink-3)"
        stroke-width="1.6"
        aria-hidden="true"
      >
        <circle cx="7" cy="7" r="4.5" />
        <path d="M10.5 10.5 14 14" />
      </svg>
      {range.value !== undefined && (
        <span class="tok">
          <span>a stretch of time</span>
          <button type="button" aria-label="Show all times" onClick={() => (range.value = undefined)}>
            ×
          </button>
        </span>
      )}
      <input
        ref={field}
        value={filterText.value}
        onInput={(event) => (filterText.value = event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key !== "Escape") return;
          filterText.value = "";
          event.currentTarget.blur();
        }}
        aria-label="Filter sockets and messages"
        aria-invalid={fault !== undefined}
        aria-describedby="filter-said"
        title={hint}
        spellcheck={false}
        placeholder={'code:5xx  bytes:>1M  tls:yes  "RCPT TO"'}
      />
      <span id="filter-said" class="said" role="status">
        {fault === undefined ? <Looking /> : `at character ${fault.at + 1}: ${fault.message}`}
      </span>
      <kbd>/</kbd>
    </div>
  );
}

/** A byte search goes through what the inspector keeps: what is listed meanwhile is not all. */
function Looking() {
  const still = stillLooking();
  return still === undefined ? null : (
    <>
      still looking: {thousands(still.to)} of {thousands(still.end)}
    </>
  );
}

function ThemeSwitch() {
  const change = (): void => {
    const { dataset } = document.documentElement;
    const dark =
      dataset["theme"] === undefined
        ? matchMedia("(prefers-color-scheme: dark)").matches
        : dataset["theme"] === "dark";
    dataset["theme"] = dark ? "light" : "dark";
    try {
      localStorage.setItem("theme", dataset["theme"]);
    } catch {
      // The choice then lasts for this page only.
    }
  };
  return (
    <button type="button" aria-label="Switch theme" onClick={change}>
      ◐
    </button>
  );
}
