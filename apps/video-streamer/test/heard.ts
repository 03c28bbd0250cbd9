/** A channel sent to a group by RTP, and somebody in it who reports what he has lost, for tests. */
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { formatReceiverReport, scanRtp } from "@socketscope/media";
import { TapPoint } from "@socketscope/socket-core";
import type { Serving } from "./serving.ts";

export interface Somebody {
  /** He reports again: who is silent for long is forgotten. */
  report(): Promise<void>;
  close(): void;
}

/** `group`: an address of no other test. Resolves once the report is sent. */
export async function heardBySomebody({ studio }: Serving, group: string): Promise<Somebody> {
  const target = { name: "demo", scheme: "rtp", host: group, port: 5004 } as const;
  const route = { interface: "127.0.0.1", ttl: 1, broadcast: false };
  await studio.cast(
    { targets: [target], sources: [], route, sdpFolder: undefined },
    new TapPoint(),
    () => undefined,
  );
  const socket = createSocket({ type: "udp4", reuseAddr: true });
  const packet = once(socket, "message");
  socket.bind(target.port, target.host);
  await once(socket, "listening");
  socket.addMembership(target.host, "127.0.0.1");
  // What is sent to the group tells its sender's number.
  const [octets]: unknown[] = await packet;
  const { ssrc } = scanRtp(octets instanceof Uint8Array ? octets : new Uint8Array());
  const block = { ssrc, fraction: 2, lost: 3, highest: 9, jitter: 108, lastReport: 0, delay: 0 };
  socket.setMulticastInterface("127.0.0.1");
  const said = formatReceiverReport(6, [block], "it");
  const report = (): Promise<void> =>
    new Promise((resolve) => socket.send(said, target.port + 1, target.host, () => resolve()));
  await report();
  return { report, close: () => socket.close() };
}
