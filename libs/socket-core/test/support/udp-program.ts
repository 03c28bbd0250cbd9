/** A UDP endpoint of ours as a program, for a network namespace: does as its JSON argument says, prints what it hears. */
import { bindUdp, type GroupOptions, type GroupSending } from "../../src/index.ts";
import { DatagramCore } from "./datagram-core.ts";

export interface Orders {
  readonly host: string;
  readonly port: number;
  readonly join?: { readonly group: string; readonly options?: GroupOptions };
  /** Left again once this text was heard; printed as `left`. */
  readonly leaveAfter?: string;
  readonly groups?: GroupSending;
  readonly broadcast?: boolean;
  readonly send?: readonly { readonly host: string; readonly port: number; readonly text: string }[];
}

const orders = JSON.parse(process.argv[2] ?? "{}") as Orders;
const print = (line: string) => process.stdout.write(`${line}\n`);

const endpoint = await bindUdp(
  { host: orders.host, port: orders.port, protocol: "test", idleMs: 60_000, maxPeers: 100 },
  () => new DatagramCore(),
  (said, from) => {
    print(`${from.host} ${said.text}`);
    if (said.text === orders.leaveAfter && orders.join) {
      endpoint.leave(orders.join.group, orders.join.options);
      print("left");
    }
  },
);
if (orders.join) endpoint.join(orders.join.group, orders.join.options);
if (orders.groups) endpoint.sendToGroups(orders.groups);
if (orders.broadcast !== undefined) endpoint.broadcast(orders.broadcast);
for (const { host, port, text } of orders.send ?? []) endpoint.send({ host, port }, text);
print("ready");
process.once("SIGTERM", () => {
  endpoint[Symbol.asyncDispose]().then(
    () => (process.exitCode = 0),
    () => (process.exitCode = 1),
  );
});
