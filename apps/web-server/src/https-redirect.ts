/** `--https-redirect`: plain HTTP leads to HTTPS. 308, so that a POST stays a POST (RFC 9110 §15.4.9). */
import type { Handler } from "@socketscope/web";
import { originOf } from "./listing/listing.ts";

/** `port`: where HTTPS listens; asked per request, since port 0 is known only after the start. */
export function httpsRedirect(handler: Handler, port: () => number | undefined): Handler {
  return (request) => {
    const target = port();
    if (request.secure || target === undefined) return handler(request);
    const { hostname } = new URL(originOf(request));
    const authority = target === 443 ? hostname : `${hostname}:${target}`;
    const query = request.query === "" ? "" : `?${request.query}`;
    const path = request.path.startsWith("/") ? request.path : "/";
    const location = `https://${authority}${path}${query}`;
    return {
      status: 308,
      fields: ["Location", location, "Content-Type", "text/plain; charset=utf-8"],
      content: `This site is at ${location}\n`,
    };
  };
}
