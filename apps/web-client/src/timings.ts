/** `--timings`: when each step of a transfer was done, counted from its beginning. */
import type { ClientResponse } from "@socketscope/web";

export type TimingsFormat = "off" | "text" | "json";

/** A line, or a few, for one answered request. Milliseconds with one decimal; a step that was not there is left out. */
export function formatTimings(url: URL, response: ClientResponse, format: "text" | "json"): string {
  const { name, connect, tls, firstByte, total } = response.timings;
  const { local, remote } = response.flow;
  const steps = { name, connect, tls, firstByte, total };
  const rounded = Object.entries(steps).flatMap(([step, ms]) =>
    ms === undefined ? [] : [[step, Math.round(ms * 10) / 10] as const],
  );
  if (format === "json") {
    const head = { url: url.href, status: response.status, reused: response.reused, local, remote };
    return `${JSON.stringify({ ...head, ms: Object.fromEntries(rounded) })}\n`;
  }
  const words: Readonly<Record<string, string>> = { firstByte: "first byte" };
  const columns = rounded.map(([step, ms]) => `${words[step] ?? step} ${ms.toFixed(1)} ms`);
  return `${url.href}  ${response.status}  ${response.reused ? "connection used again  " : ""}${columns.join("  ")}\n`;
}
