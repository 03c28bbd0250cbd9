/** The Content-Security-Policy of a page: its own inline texts may run, nothing else may, nothing comes from elsewhere. */
import type { Page } from "./page.ts";

/** `sha256`: of a text, in base64. `more`: directives of one page, such as `frame-src 'self'`. */
export function policyOf(page: Page, sha256: (text: string) => string, more: readonly string[] = []): string {
  const sources = (texts: readonly string[]): string =>
    texts.map((text) => `'sha256-${sha256(text)}'`).join(" ");
  return [
    "default-src 'none'",
    `style-src ${sources(page.styles)}`,
    `script-src ${sources(page.scripts)}`,
    // data: is the icon in the page itself; 'self' are previews and what a preview asks of this server.
    "img-src 'self' data:",
    "connect-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
    ...more,
  ].join("; ");
}
