/** The drawings of the pages: lines in the colours of the tokens, hidden from readers where a word stands beside them. */
import { markup, Markup } from "./markup.ts";

export type FileKind =
  | "folder"
  | "film"
  | "sound"
  | "picture"
  | "text"
  | "archive"
  | "capture"
  | "pdf"
  | "page"
  | "code"
  | "font"
  | "other";

function sheet(hue: string, sign: string): Markup {
  return markup`<svg viewBox="0 0 24 24" aria-hidden="true">
    <path
      d="M5 3.5A1.5 1.5 0 0 1 6.5 2H14l5.5 5.5v13a1.5 1.5 0 0 1-1.5 1.5H6.5A1.5 1.5 0 0 1 5 20.5z"
      fill="var(--${hue})"
      fill-opacity=".13"
      stroke="var(--${hue})"
      stroke-width="1.5"
    />
    <path d="M14 2v4.5a1 1 0 0 0 1 1h4.5" fill="none" stroke="var(--${hue})" stroke-width="1.5" />
    <g fill="none" stroke="var(--${hue})" stroke-width="1.5" stroke-linecap="round" stroke-linejoin="round">
      ${Markup.trusted(sign)}
    </g>
  </svg>`;
}

const outline = "M2.5 6.5a2 2 0 0 1 2-2h4.6l2.2 2.4h8.2a2 2 0 0 1 2 2v8.6a2 2 0 0 1-2 2h-15a2 2 0 0 1-2-2z";

export const fileIcons: Readonly<Record<FileKind, Markup>> = {
  folder: markup`<svg viewBox="0 0 24 24" aria-hidden="true">
    <path d="${outline}" fill="var(--http)" opacity=".22" />
    <path d="${outline}" fill="none" stroke="var(--http)" stroke-width="1.5" />
  </svg>`,
  film: sheet("video", '<path d="M10 11.5l5 3-5 3z"/>'),
  sound: sheet(
    "video",
    '<path d="M10 17.5v-6l4-1v6"/><circle cx="8.8" cy="17.5" r="1.2"/><circle cx="12.8" cy="16.5" r="1.2"/>',
  ),
  picture: sheet("ftp", '<path d="M8 18l3-4 2 2 1.5-2 2 4zM10 11h.01"/>'),
  text: sheet("socket", '<path d="M9 12h7M9 15h7M9 18h5"/>'),
  archive: sheet("tls", '<path d="M12 9v1m0 2v1m0 2v3"/>'),
  capture: sheet("http", '<path d="M8 15h2l1.5-4 2 7 1.2-3H17"/>'),
  pdf: sheet("deny", '<path d="M9 18c3-2 4-6 3-8-2 1 1 6 5 6-3 0-6 1-8 2z"/>'),
  page: sheet("smtp", '<path d="M10.5 12l-2 2.5 2 2.5M14 12l2 2.5-2 2.5"/>'),
  code: sheet(
    "sftp",
    '<path d="M11 11c-2 0-.5 3-2.5 3.5C10.5 15 9 18 11 18M13.5 11c2 0 .5 3 2.5 3.5-2 .5-.5 3.5-2.5 3.5"/>',
  ),
  font: sheet("socket", '<path d="M8.5 18l3.5-8 3.5 8M9.8 15.500h4.4"/>'),
  other: sheet("socket", '<path d="M9 14.500h.01M12.5 14.500h.01M16 14.500h.01"/>'),
};

export const icons = {
  brand: markup`<svg
    viewBox="0 0 24 24"
    fill="none"
    stroke="currentColor"
    stroke-width="1.8"
    aria-hidden="true"
  >
    <path d="M3 8h12l-3-3M21 16H9l3 3" stroke="var(--accent)" />
    <circle cx="19.5" cy="8" r="1.8" fill="var(--smtp)" stroke="none" />
    <circle cx="4.5" cy="16" r="1.8" fill="var(--ftp)" stroke="none" />
  </svg>`,
  up: markup`<svg
    viewBox="0 0 24 24"
    fill="none"
    stroke="var(--ink-3)"
    stroke-width="1.7"
    stroke-linecap="round"
    aria-hidden="true"
  >
    <path d="M12 19V6m-5 5 5-5 5 5" />
  </svg>`,
  home: markup`<svg
    viewBox="0 0 20 20"
    fill="none"
    stroke="currentColor"
    stroke-width="1.8"
    role="img"
    aria-label="Top folder"
  >
    <path d="M3 9.5 10 3l7 6.5M5 8.5V17h10V8.5" />
  </svg>`,
  search: markup`<svg
    width="13"
    height="13"
    viewBox="0 0 16 16"
    fill="none"
    stroke="var(--ink-3)"
    stroke-width="1.6"
    aria-hidden="true"
  >
    <circle cx="7" cy="7" r="4.5" />
    <path d="M10.5 10.5 14 14" />
  </svg>`,
  ascending: markup`<svg width="9" height="8" viewBox="0 0 9 8" fill="currentColor" aria-hidden="true">
    <path d="M4.5 0 9 8H0z" />
  </svg>`,
  descending: markup`<svg width="9" height="8" viewBox="0 0 9 8" fill="currentColor" aria-hidden="true">
    <path d="M4.5 8 0 0h9z" />
  </svg>`,
  theme: markup`<svg width="14" height="14" viewBox="0 0 16 16" aria-hidden="true">
    <circle cx="8" cy="8" r="6.3" fill="none" stroke="currentColor" stroke-width="1.5" />
    <path d="M8 1.700a6.3 6.3 0 0 1 0 12.600z" fill="currentColor" />
  </svg>`,
  unplugged: markup`<svg
    class="art"
    viewBox="0 0 330 300"
    role="img"
    aria-label="Drawing: a plug beside a socket that is not wired to anything"
  >
    <defs>
      <linearGradient id="glow" x2="1" y2="1">
        <stop stop-color="var(--t1)" />
        <stop offset="1" stop-color="var(--t4)" />
      </linearGradient>
    </defs>
    <circle cx="172" cy="146" r="132" fill="url(#glow)" />
    <rect
      x="176"
      y="84"
      width="112"
      height="124"
      rx="22"
      fill="var(--panel)"
      stroke="var(--ink-2)"
      stroke-width="3"
    />
    <circle cx="232" cy="146" r="38" fill="var(--panel-2)" stroke="var(--ink-2)" stroke-width="3" />
    <circle cx="219" cy="143" r="5" fill="var(--ink)" />
    <circle cx="245" cy="143" r="5" fill="var(--ink)" />
    <path d="M220 163q12-9 24 0" fill="none" stroke="var(--ink)" stroke-width="3" stroke-linecap="round" />
    <path
      d="M288 146c26 0 8 62 34 66"
      fill="none"
      stroke="var(--ink-2)"
      stroke-width="4"
      stroke-dasharray="2 9"
      stroke-linecap="round"
    />
    <path
      d="M4 232c44 0 30-86 64-86"
      fill="none"
      stroke="var(--accent)"
      stroke-width="6"
      stroke-linecap="round"
    />
    <rect x="64" y="122" width="46" height="48" rx="11" fill="var(--accent)" />
    <path d="M110 136h22M110 156h22" stroke="var(--ink-2)" stroke-width="6" stroke-linecap="round" />
    <path
      d="M144 118l8-9M148 146h13M144 174l8 9"
      stroke="var(--deny)"
      stroke-width="3"
      stroke-linecap="round"
    />
  </svg>`,
} as const;
