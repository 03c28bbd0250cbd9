/** One line a request: the combined format that every log reader knows, or JSON. Whatever a client sent stays in its line. */
import type { Observer } from "./observed.ts";
import { nameOf } from "./access/basic-auth.ts";

export type AccessLogFormat = "combined" | "json" | "off";

/** Characters of one value a client chose. */
const MAX_VALUE = 2048;

/** `write` gets whole lines with their newline. `now`: milliseconds since 1970. */
export function accessLog(
  format: AccessLogFormat,
  write: (line: string) => void,
  now: () => number = Date.now,
): Observer | undefined {
  switch (format) {
    case "off":
      return undefined;
    case "combined":
      return ({ request, status, octets }) => {
        const { fields, method, target, version, flow } = request;
        const line = `${method} ${target} HTTP/${version}`;
        write(
          `${flow.remote.host} - ${bare(nameOf(request))} [${clfDate(new Date(now()))}] "${escaped(line)}" ${status} ${octets} "${escaped(fields.get("referer") ?? "-")}" "${escaped(fields.get("user-agent") ?? "-")}"\n`,
        );
      };
    case "json":
      return ({ request, status, octets, ms, complete }) => {
        const { fields, method, target, version, flow, secure } = request;
        write(
          `${JSON.stringify({
            time: new Date(now()).toISOString(),
            remote: flow.remote.host,
            port: flow.remote.port,
            secure,
            user: cut(nameOf(request)),
            method: cut(method),
            target: cut(target),
            version,
            status,
            octets,
            ms: Math.round(ms * 1000) / 1000,
            complete,
            referer: cut(fields.get("referer")),
            agent: cut(fields.get("user-agent")),
          })}\n`,
        );
      };
    default:
      return format satisfies never;
  }
}

function cut(text: string | undefined): string | undefined {
  return text?.slice(0, MAX_VALUE);
}

/** As nginx writes it: what could end the field, the line or paint a terminal becomes `\xHH`. */
export function escaped(text: string): string {
  return text
    .slice(0, MAX_VALUE)
    .replaceAll(/["\\\p{Cc}\p{Cf}\u0080-\u{10ffff}]/gu, (sign) =>
      [...Buffer.from(sign, "utf8")]
        .map((octet) => `\\x${octet.toString(16).toUpperCase().padStart(2, "0")}`)
        .join(""),
    );
}

/** A name that is no field of its own: blanks go as well. */
function bare(name: string | undefined): string {
  return name === undefined || name === "" ? "-" : escaped(name).replaceAll(" ", String.raw`\x20`);
}

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** `24/Nov/2026:00:30:20 +0000`. */
function clfDate(date: Date): string {
  const [day, month, year] = [date.getUTCDate(), MONTHS[date.getUTCMonth()] ?? "", date.getUTCFullYear()];
  return `${String(day).padStart(2, "0")}/${month}/${year}:${date.toISOString().slice(11, 19)} +0000`;
}
