/** The demo site on real sockets, and beside it an own count of what the tap told. */
import type { CloseReason, Flow, Tap, TlsServerOptions } from "@socketscope/socket-core";
import { TemporaryFolder } from "@socketscope/testkit";
import { Demo, type DemoOptions } from "../../src/demo/demo.ts";
import { DEMO_SITE } from "../../src/demo/site-folder.ts";
import type { Engine } from "@socketscope/web/engine";
import { serving, type Serving } from "../serving.ts";

/** What the tap told of one connection. */
export interface Counted {
  readonly flow: Flow;
  protocol: string;
  octetsOut: number;
  octetsIn: number;
  /** The first octets of every request line that began a chunk. */
  requests: number;
  closed: CloseReason | undefined;
}

export interface ServingDemo extends Serving {
  readonly demo: Demo;
  readonly counted: readonly Counted[];
}

export async function servingDemo(
  engine: Engine,
  tls?: TlsServerOptions,
  options: Partial<DemoOptions> = {},
): Promise<ServingDemo> {
  const folder = new TemporaryFolder("demo");
  const demo = await Demo.open({ uploads: `${folder.path}/uploads`, ...options });
  const server = await serving({ root: DEMO_SITE, demo }, engine, tls);
  const counter = new Counter();
  server.tap.attach(demo.tap);
  server.tap.attach(counter);
  return {
    ...server,
    demo,
    counted: counter.all,
    async close() {
      demo.finish();
      const cut = await server.close();
      await demo.close();
      folder[Symbol.dispose]();
      return cut;
    },
  };
}

class Counter implements Tap {
  readonly all: Counted[] = [];

  opened(flow: Flow): void {
    this.all.push({ flow, protocol: "", octetsIn: 0, octetsOut: 0, requests: 0, closed: undefined });
  }
  refused(): void {
    // Nobody is refused here.
  }
  speaks(flow: Flow, protocol: string): void {
    const one = this.#of(flow);
    if (one !== undefined) one.protocol = protocol;
  }
  bytes(flow: Flow, direction: "in" | "out", bytes: Uint8Array): void {
    const one = this.#of(flow);
    if (one === undefined) return;
    if (direction === "out") one.octetsOut += bytes.length;
    else {
      one.octetsIn += bytes.length;
      if (/^(?:GET|HEAD|POST) /.test(Buffer.from(bytes.subarray(0, 8)).toString("latin1"))) one.requests += 1;
    }
  }
  secured(): void {
    // The octets say enough.
  }
  closed(flow: Flow, reason: CloseReason): void {
    const one = this.#of(flow);
    if (one !== undefined) one.closed = reason;
  }

  #of(flow: Flow): Counted | undefined {
    return this.all.find((one) => one.flow === flow);
  }
}
