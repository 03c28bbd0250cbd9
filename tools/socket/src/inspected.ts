/** Tells a running inspector of an open port: what comes and goes there stands on its page beside the servers. */
import { type ListenerUrl, openTapLink } from "@socketscope/host";
import type { TapPoint } from "@socketscope/socket-core";
import type { SocketOptions } from "./options.ts";

/** Resolves when an inspector that runs here hears everything from then on. Disposing sends what was told until then. */
export async function inspected(
  { inspect, state }: Pick<SocketOptions, "inspect" | "state">,
  tap: TapPoint,
  listener: ListenerUrl,
): Promise<Disposable> {
  const ready = { app: "socket", version: "0.1.0", engine: "hand", state, listeners: [listener] };
  const link = openTapLink({ target: inspect, ready, taps: [tap] });
  await link.tried;
  return { [Symbol.dispose]: () => link.close() };
}
