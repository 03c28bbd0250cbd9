/** The page, its script and its style, and behind them the API. */
import { createHash } from "node:crypto";
import { fileURLToPath } from "node:url";
import { bundlePage } from "@socketscope/host";
import { inlineScript, rememberedTheme, sharedLine, tokens } from "@socketscope/page";
import type { Handler, Request, Response } from "@socketscope/web";

const source = (name: string): string => fileURLToPath(new URL(`../page/${name}`, import.meta.url));

const early = inlineScript(rememberedTheme);

// As a data URL, so that the page has no /favicon.ico to ask for.
const icon =
  "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 24 24' fill='none' stroke='%231b57d6' stroke-width='2'%3E%3Cpath d='M3 8h12l-3-3M21 16H9l3 3'/%3E%3C/svg%3E";

const document = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<title>Socketscope: wire inspector</title>
<link rel="icon" href="${icon}">
<link rel="stylesheet" href="/inspector.css">
<script>${early}</script>
</head>
<body><noscript>The inspector's page is a program: it needs script. \`inspector tail\` shows the same in a terminal.</noscript>
<script type="module" src="/inspector.js"></script>
</body>
</html>
`;

/** Its own script and style, its own server, nothing else; style attributes are set through the DOM. */
const policy = [
  "default-src 'none'",
  `script-src 'self' 'sha256-${createHash("sha256").update(early).digest("base64")}'`,
  "style-src 'self'",
  "img-src data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

/** `ask` answers all that is no page. */
export async function openPage(ask: Handler): Promise<Handler> {
  const { script, style } = await bundlePage(source("main.tsx"), source("style.css"));
  const plot = await bundlePage(source("plot/main.ts"), source("plot/style.css"));
  const files: Readonly<Record<string, Response>> = {
    "/": fileOf("text/html; charset=utf-8", document, ["Content-Security-Policy", policy]),
    "/inspector.js": fileOf("text/javascript; charset=utf-8", script),
    "/plot.js": fileOf("text/javascript; charset=utf-8", plot.script),
    "/plot.css": fileOf("text/css; charset=utf-8", plot.style),
    "/line.js": fileOf("text/javascript; charset=utf-8", sharedLine("/events", ["changes"])),
    "/inspector.css": fileOf("text/css; charset=utf-8", tokens + style),
  };
  return (request: Request) => {
    const file = request.method === "GET" || request.method === "HEAD" ? files[request.path] : undefined;
    return file ?? ask(request);
  };
}

function fileOf(type: string, content: string, more: readonly string[] = []): Response {
  const fields = [
    "Content-Type",
    type,
    "Cache-Control",
    "no-cache",
    "X-Content-Type-Options",
    "nosniff",
    ...more,
  ];
  return { status: 200, fields, content: Buffer.from(content) };
}
