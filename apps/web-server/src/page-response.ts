/** A page as a response: its own inline texts may run, nothing else may, and nothing is loaded from elsewhere. */
import { createHash } from "node:crypto";
import type { FieldLines } from "@socketscope/http";
import { policyOf, type Page } from "@socketscope/page";
import type { Response } from "@socketscope/web";

export function pageResponse(status: number, page: Page, fields: FieldLines = []): Response {
  const policy = policyOf(page, (text) => createHash("sha256").update(text).digest("base64"));
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
