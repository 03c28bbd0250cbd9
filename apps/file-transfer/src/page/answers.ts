/** Answers of the page: documents that run nothing but their own texts, JSON, and where a form leads. */
import { createHash } from "node:crypto";
import type { FieldLines } from "@socketscope/http";
import { policyOf, type Page } from "@socketscope/page";
import type { Response } from "@socketscope/web";

export function pageAnswer(status: number, page: Page, fields: FieldLines = []): Response {
  const sha256 = (text: string): string => createHash("sha256").update(text).digest("base64");
  const policy = policyOf(page, sha256, ["worker-src 'self'"]);
  return {
    status,
    fields: [
      ...safe("text/html; charset=utf-8", policy),
      "Referrer-Policy",
      "same-origin",
      // The same address is another page for another login.
      "Vary",
      "Authorization",
      ...fields,
    ],
    content: page.text,
  };
}

export function script(text: string): Response {
  return {
    status: 200,
    fields: safe("text/javascript; charset=utf-8", "default-src 'none'; connect-src 'self'"),
    content: text,
  };
}

export function json(value: unknown): Response {
  return { status: 200, fields: safe("application/json"), content: `${JSON.stringify(value)}\n` };
}

/** RFC 9457. */
export function problem(status: number, detail: string, fields: FieldLines = []): Response {
  return {
    status,
    fields: [...safe("application/problem+json"), ...fields],
    content: `${JSON.stringify({ status, detail })}\n`,
  };
}

/** RFC 9110 §15.4.4: what a form led to is looked at by GET. */
export function seeOther(location: string): Response {
  return { status: 303, fields: ["Location", location, "Cache-Control", "no-store"], content: "" };
}

/** A file that a stranger has put here must not run as ours. */
export const SANDBOX = "sandbox; default-src 'none'";

function safe(type: string, policy = SANDBOX): string[] {
  return [
    "Content-Type",
    type,
    "X-Content-Type-Options",
    "nosniff",
    "Cache-Control",
    "no-store",
    "Content-Security-Policy",
    policy,
  ];
}
