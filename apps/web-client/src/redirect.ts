/** RFC 9110 §15.4: where a response sends us, and what we may take along. */
import type { FieldLines } from "@socketscope/http";
import { EXIT, TransferError } from "./failure.ts";

export interface Step {
  readonly url: URL;
  readonly method: string;
  readonly fields: FieldLines;
  /** The request's content goes along. */
  readonly sendsContent: boolean;
}

/** Fields that are meant for one origin (RFC 9110 §15.4, RFC 6265 §8.6). */
const FOR_ONE_ORIGIN = new Set(["authorization", "cookie", "proxy-authorization", "host"]);
/** RFC 9110 §15.4: fields about content that is not sent any more. */
const ABOUT_CONTENT = /^(?:content-|digest$|last-modified$|expect$)/i;

/** Undefined when the response is the answer. Throws TransferError when it leads nowhere. */
export function redirected(step: Step, status: number, locations: readonly string[]): Step | undefined {
  if (![301, 302, 303, 307, 308].includes(status)) return undefined;
  const [location] = locations;
  // RFC 9110 §15.4: without Location it is a response like any other.
  if (location === undefined) return undefined;
  if (locations.some((other) => other !== location))
    throw new TransferError(EXIT.weirdReply, "the server names two different places to go on");
  const url = resolved(location, step.url);
  const method = methodAfter(status, step.method);
  const sendsContent = step.sendsContent && method === step.method;
  let { fields } = step;
  if (url.origin !== step.url.origin)
    fields = without(fields, (name) => FOR_ONE_ORIGIN.has(name.toLowerCase()));
  if (!sendsContent) fields = without(fields, (name) => ABOUT_CONTENT.test(name));
  return { url, method, fields, sendsContent };
}

function resolved(location: string, base: URL): URL {
  if (!URL.canParse(location, base.href))
    throw new TransferError(
      EXIT.badUrl,
      `the server sends us to ${JSON.stringify(location)}, which is no address`,
    );
  const url = new URL(location, base);
  if (url.protocol !== "http:" && url.protocol !== "https:")
    throw new TransferError(
      EXIT.unsupportedProtocol,
      `the server sends us to ${url.protocol}, not followed from HTTP`,
    );
  // RFC 9110 §17.11: user information in a reference from elsewhere is a trap.
  url.username = "";
  url.password = "";
  return url;
}

/** RFC 9110 §15.4.2, §15.4.3: POST becomes GET, as everybody does; §15.4.4: all but HEAD become GET. */
function methodAfter(status: number, method: string): string {
  if (status === 303 && method !== "HEAD") return "GET";
  return (status === 301 || status === 302) && method === "POST" ? "GET" : method;
}

function without(fields: FieldLines, drops: (name: string) => boolean): FieldLines {
  const kept: string[] = [];
  for (let i = 0; i + 1 < fields.length; i += 2) {
    const name = fields[i] ?? "";
    if (!drops(name)) kept.push(name, fields[i + 1] ?? "");
  }
  return kept;
}
