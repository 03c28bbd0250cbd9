/** A page as a response: its own inline texts may run, nothing else may, and nothing is loaded from elsewhere. */
import { createHash } from "node:crypto";
import type { FieldLines } from "@socketscope/http";
import type { Page } from "@socketscope/page";
import type { Response } from "@socketscope/web";

function sources(texts: readonly string[]): string {
  return texts.map((text) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`).join(" ");
}

export function pageResponse(status: number, page: Page, fields: FieldLines = []): Response {
  const policy = [
    "default-src 'none'",
    `style-src ${sources(page.styles)}`,
    `script-src ${sources(page.scripts)}`,
    // data: is the icon in the page itself; 'self' are previews and what a preview asks of this server.
    "img-src 'self' data:",
    "connect-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join("; ");
  return {
    status,
    fields: [
      "Content-Type",
      "text/html; charset=utf-8",
      "Content-Security-Policy",
      policy,
      "X-Content-Type-Options",
      "nosniff",
      "Referrer-Policy",
      "same-origin",
      ...fields,
    ],
    content: page.text,
  };
}
