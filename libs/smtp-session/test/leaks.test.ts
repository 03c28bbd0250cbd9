/** Broken sessions leave nothing behind: no descriptor, no timer. */
import { readdirSync } from "node:fs";
import { SmtpPeer, type SmtpPeerConnection } from "@socketscope/testkit";
import { describe, expect, it } from "vitest";
import type { SmtpSession } from "../src/index.ts";
import { connect, content, envelope } from "./sending.ts";

const steps = ["EHLO", "MAIL", "RCPT", "DATA", "."];

const misdeeds: readonly ((connection: SmtpPeerConnection) => string | null)[] = [
  ({ socket }) => {
    socket.destroy();
    return null;
  },
  ({ socket }) => {
    socket.resetAndDestroy();
    return null;
  },
  () => "421 4.3.2 bye",
  () => "nonsense",
  () => "250 a\r\n250 b\r\n250 c\r\n250 d\r\n250 e\r\n",
];

/** Both ends are ours: each open connection counts twice. */
function descriptors(): number {
  return readdirSync("/proc/self/fd").length;
}

describe("after hundreds of broken sessions", () => {
  it("no descriptor is open, and no timer runs", async () => {
    let turn = 0;
    await using peer = await SmtpPeer.listen({
      answer: (line, connection) => {
        const step = steps[turn % steps.length] ?? "";
        const misdeed = misdeeds[Math.floor(turn / steps.length) % misdeeds.length];
        return line.startsWith(step) ? misdeed?.(connection) : undefined;
      },
    });
    const one = async (): Promise<void> => {
      try {
        const session = await connect(peer);
        await session.send(envelope(), content("x\r\n"));
        await session.quit();
      } catch {
        // How it fails is told elsewhere.
      }
    };
    await one();
    const before = descriptors();
    for (turn = 0; turn < 300; turn++) await one();
    // The last of them may still be closing.
    await expect.poll(descriptors).toBeLessThanOrEqual(before + 2);
    expect(process.getActiveResourcesInfo().filter((name) => name === "Timeout").length).toBeLessThan(10);
  });

  it("the count would show it: sessions that are kept open are seen", async () => {
    await using peer = await SmtpPeer.listen();
    const before = descriptors();
    const kept: SmtpSession[] = [];
    for (let count = 0; count < 20; count++) kept.push(await connect(peer));
    expect(descriptors()).toBeGreaterThanOrEqual(before + 30);
    for (const session of kept) session.close();
    await expect.poll(descriptors).toBeLessThanOrEqual(before + 4);
  });
});
