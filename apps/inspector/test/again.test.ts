/** What cannot be said again, and why: told before anything is sent. */
import type { FlowRecord } from "@socketscope/recording";
import { expect, it } from "vitest";
import type { StoreLimits } from "../src/store/store.ts";
import { sayAgain } from "../src/take-part/again.ts";
import { says, speaks, storeWith } from "./support/stores.ts";

const ends = { local: { host: "127.0.0.1", port: 2525 }, remote: { host: "127.0.0.1", port: 40_000 } };

function socketOf(
  records: readonly FlowRecord[],
  {
    transport = "tcp",
    role = "server",
    limits = {},
  }: { transport?: "tcp" | "udp"; role?: "client" | "server"; limits?: Partial<StoreLimits> } = {},
) {
  const { store, take } = storeWith(limits, { listeners: [] });
  take({ type: "opened", at: 0, flow: { id: 1, transport, ...ends }, role }, ...records);
  const [socket] = store.sockets.values();
  if (socket === undefined) throw new Error("no socket");
  return socket;
}

const secured: FlowRecord = { type: "secured", at: 3, flow: 1, protocol: "TLSv1.3", cipher: "x" };
const letter = [speaks(1, "smtp"), says(1, "out", "220 a\r\n"), says(1, "in", "NOOP\r\nNOOP more\r\n")];

it.each([
  ["what came as datagrams", socketOf([speaks(1, "rtp"), says(1, "in", "x")], { transport: "udp" })],
  ["our program was the client", socketOf(letter, { role: "client" })],
  [
    "left TLS in the midst",
    socketOf([secured, ...letter, { type: "cleared", at: 8, flow: 1 }, says(1, "in", "NOOP\r\n")]),
  ],
  ["went on under TLS in the midst", socketOf([...letter, secured, says(1, "in", "NOOP\r\n")])],
  ["no longer kept", socketOf([...letter, says(1, "in", "NOOP last\r\n")], { limits: { maxOctets: 12 } })],
  ["the client had said nothing", socketOf(letter.slice(0, 2))],
])("%s", async (why, socket) => {
  const id = socket.kept.length - 1;
  const certificate = (): Promise<string> => Promise.reject(new Error("nobody asks for it"));
  expect(await sayAgain(socket, id, { runsHere: true, certificate })).toContain(why);
});

it("nothing of a recording, which may name any address", async () => {
  const certificate = (): Promise<string> => Promise.reject(new Error("nobody asks for it"));
  const said = await sayAgain(socketOf(letter), 2, { runsHere: false, certificate });
  expect(said).toContain("does not run here");
});
