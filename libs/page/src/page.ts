/** The frame of every page: document, bar with the name, main, foot. No request goes out for any of it. */
import { base } from "./base.ts";
import { markup, Markup } from "./markup.ts";
import { icons } from "./icons.ts";
import { copyButtons, inlineScript, rememberedTheme, themeSwitch } from "./script.ts";
import { tokens } from "./tokens.ts";

export interface PageParts {
  readonly title: string;
  /** The program, as it stands beside the name: "Web". */
  readonly app: string;
  /** Where the name leads. */
  readonly home: string;
  /** What the skip link says: "Skip to the files". */
  readonly skip: string;
  /** In the bar, to the right. */
  readonly status?: Markup;
  readonly main: Markup;
  readonly foot?: Markup;
  readonly style: string;
  readonly behaviours?: readonly (() => void)[];
}

export interface Page {
  readonly text: string;
  /** The inline texts, exactly as they stand between their tags: a Content-Security-Policy names their hashes. */
  readonly styles: readonly string[];
  readonly scripts: readonly string[];
}

// As a data URL, so that no page has a /favicon.ico to ask for.
const icon =
  "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 24 24' fill='none' stroke='%231b57d6' stroke-width='2'%3E%3Cpath d='M3 8h12l-3-3M21 16H9l3 3'/%3E%3Ccircle cx='19.5' cy='8' r='2' fill='%23a34a00' stroke='none'/%3E%3Ccircle cx='4.5' cy='16' r='2' fill='%2312703a' stroke='none'/%3E%3C/svg%3E";

const early = inlineScript(rememberedTheme);

export function page(parts: PageParts): Page {
  const style = `${tokens}${base}${parts.style}`;
  const script = inlineScript(themeSwitch, copyButtons, ...(parts.behaviours ?? []));
  // Nothing may stand between the tags and an inline text: its hash would change.
  const document = markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<title>${parts.title}</title>
<link rel="icon" href="${icon}">
<style>${Markup.trusted(style)}</style>
<script>${Markup.trusted(early)}</script>
</head>
<body>
<header class="top">
<a class="skip" href="#main">${parts.skip}</a>
<a class="brand" href="${parts.home}">${icons.brand}Socketscope <span>${parts.app}</span></a>
${parts.status ?? markup`<span class="chip" hidden></span>`}
<button type="button" data-theme-switch aria-label="Switch theme" hidden>${icons.theme}</button>
</header>
<main class="wrap" id="main">${parts.main}</main>
${parts.foot !== undefined && markup`<footer class="foot"><div>${parts.foot}</div></footer>`}
<script type="module">${Markup.trusted(script)}</script>
</body>
</html>
`;
  return { text: document.toString(), styles: [style], scripts: [early, script] };
}
