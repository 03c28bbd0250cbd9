/** Counters in Prometheus' text format (version 0.0.4). No label comes from a client, save the methods that are known. */
import type { Handler, Response } from "@socketscope/web";
import type { Observer } from "./observed.ts";

/** Upper bounds in seconds. */
const BUCKETS = [0.001, 0.005, 0.02, 0.1, 0.5, 2, 10];
const METHODS = new Set(["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"]);

export interface Gauges {
  /** Connections open now. */
  readonly open: () => number;
}

export class Metrics {
  /** `GET 200` → count. At most 8 methods × 500 codes. */
  readonly #requests = new Map<string, number>();
  readonly #buckets = BUCKETS.map(() => 0);
  readonly #started = Date.now();
  #seconds = 0;
  #count = 0;
  #octets = 0;
  #broken = 0;

  readonly observe: Observer = ({ request, status, octets, ms, complete }) => {
    const method = METHODS.has(request.method) ? request.method : "other";
    const key = `${method} ${status}`;
    this.#requests.set(key, (this.#requests.get(key) ?? 0) + 1);
    const seconds = ms / 1000;
    for (const [index, bound] of BUCKETS.entries())
      if (seconds <= bound) this.#buckets[index] = (this.#buckets[index] ?? 0) + 1;
    this.#seconds += seconds;
    this.#count += 1;
    this.#octets += octets;
    if (!complete) this.#broken += 1;
  };

  /** For a look in between, without Prometheus. */
  get totals(): { readonly requests: number; readonly octets: number; readonly broken: number } {
    return { requests: this.#count, octets: this.#octets, broken: this.#broken };
  }

  text({ open }: Gauges): string {
    const lines: string[] = [];
    const family = (name: string, type: string, help: string, samples: readonly string[]): void => {
      lines.push(`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`, ...samples);
    };
    family(
      "http_requests_total",
      "counter",
      "Requests answered.",
      [...this.#requests].toSorted().map(([key, count]) => {
        const [method = "", status = ""] = key.split(" ");
        return `http_requests_total{method="${method}",status="${status}"} ${count}`;
      }),
    );
    const name = "http_request_duration_seconds";
    family(name, "histogram", "From a request's head to the last octet of its answer.", [
      ...BUCKETS.map((bound, index) => `${name}_bucket{le="${bound}"} ${this.#buckets[index] ?? 0}`),
      `${name}_bucket{le="+Inf"} ${this.#count}`,
      `${name}_sum ${this.#seconds}`,
      `${name}_count ${this.#count}`,
    ]);
    family("http_response_octets_total", "counter", "Octets of content sent.", [
      `http_response_octets_total ${this.#octets}`,
    ]);
    family("http_responses_broken_total", "counter", "Answers that ended before their end.", [
      `http_responses_broken_total ${this.#broken}`,
    ]);
    family("http_connections_open", "gauge", "Connections open now.", [`http_connections_open ${open()}`]);
    family("process_resident_memory_bytes", "gauge", "Resident memory.", [
      `process_resident_memory_bytes ${process.memoryUsage.rss()}`,
    ]);
    family("process_start_time_seconds", "gauge", "Start, since 1970.", [
      `process_start_time_seconds ${this.#started / 1000}`,
    ]);
    return `${lines.join("\n")}\n`;
  }

  /** For `--metrics PATH`. */
  handler(gauges: Gauges): Handler {
    return ({ method }): Response =>
      method === "GET" || method === "HEAD"
        ? {
            status: 200,
            fields: ["Content-Type", "text/plain; version=0.0.4; charset=utf-8", "Cache-Control", "no-store"],
            content: this.text(gauges),
          }
        : { status: 405, fields: ["Allow", "GET, HEAD"], content: "" };
  }
}
