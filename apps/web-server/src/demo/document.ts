/** The page itself: `pages/demo.html` with what is known of this visitor put into its slots, `{{name}}`. */
import { readFile } from "node:fs/promises";
import { escape } from "@socketscope/page";
import type { Request, Response } from "@socketscope/web";
import { endpoint } from "../conversations.ts";
import { originOf } from "../listing/listing.ts";
import { DEMO_PAGE } from "./site-folder.ts";
import { timeOfDay } from "./ticker.ts";

export interface Visited {
  /** The page load's number; 0 when none is kept. */
  readonly load: number;
  /** Requests on this connection so far, this one included. */
  readonly requests: number;
  /** Set-Cookie, where the visitor is new. */
  readonly cookie: string | undefined;
}

/** A slot without a value is a mistake in the page: it throws. */
export function fill(template: string, values: Readonly<Record<string, string>>): string {
  return template.replaceAll(/\{\{(\w+)\}\}/g, (_slot, name: string) => {
    const value = values[name];
    if (value === undefined) throw new TypeError(`the page has a slot "${name}", and nothing to put in`);
    return escape(value);
  });
}

export async function documentResponse(
  request: Request,
  { load, requests, cookie }: Visited,
): Promise<Response> {
  const { flow, secure } = request;
  const origin = originOf(request);
  const now = new Date();
  const template = await readFile(DEMO_PAGE, "utf8");
  const content = fill(template, {
    load: String(load),
    remote: endpoint(flow.remote),
    local: endpoint(flow.local),
    nth: ordinal(requests),
    over: secure ? "TLS on TCP" : "TCP",
    time: timeOfDay(now),
    ...handsOf(now),
    origin,
    chat: `${origin.replace(/^http/, "ws")}/chat`,
  });
  return {
    status: 200,
    fields: [
      "Content-Type",
      "text/html; charset=utf-8",
      // It names the visitor's socket; and who comes again is to ask again, so that there is something to see.
      "Cache-Control",
      "no-store",
      "Content-Security-Policy",
      policy(origin),
      "X-Content-Type-Options",
      "nosniff",
      "Referrer-Policy",
      "same-origin",
      ...(cookie === undefined ? [] : ["Set-Cookie", cookie]),
    ],
    content,
  };
}

/** Everything from here, nothing from elsewhere, no script in the text of the page. */
function policy(origin: string): string {
  return [
    "default-src 'self'",
    // Named as well, for browsers that do not count ws: among 'self' (W3C CSP3 §6.7.2.8).
    `connect-src 'self' ${origin.replace(/^http/, "ws")}`,
    "img-src 'self' data:",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
    "object-src 'none'",
  ].join("; ");
}

/** Degrees from twelve. */
function handsOf(date: Date): { hours: string; minutes: string; seconds: string } {
  const [hours, minutes, seconds] = [date.getHours(), date.getMinutes(), date.getSeconds()];
  return {
    hours: String((hours % 12) * 30 + minutes / 2),
    minutes: String(minutes * 6 + seconds / 10),
    seconds: String(seconds * 6),
  };
}

/** 1 → "1st". */
export function ordinal(count: number): string {
  const tens = count % 100;
  const suffix = tens > 10 && tens < 14 ? "th" : (["th", "st", "nd", "rd"][count % 10] ?? "th");
  return `${count}${suffix}`;
}
