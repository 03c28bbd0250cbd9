/// <reference lib="esnext.disposable" />
import type { Rest } from "@socketscope/wire";
import { expect, it } from "vitest";
import { drive, listenTcp } from "../src/index.ts";
import { clocks, LineCore, type Line } from "./support/line-core.ts";
import { Peer } from "./support/peer.ts";

/** One line at a time, as HTTP has it: the next one waits for the answer to this one. */
class TurnCore extends LineCore {
  #due = false;

  override next(): Line | Rest {
    if (this.#due) return "paused";
    const event = super.next();
    this.#due = typeof event !== "string";
    return event;
  }

  override send(text: string): Uint8Array {
    this.#due = false;
    return super.send(text);
  }
}

it("goes on with the next event before a late answer returns, in order", async () => {
  const seen: string[] = [];
  await using listener = await listenTcp({ host: "127.0.0.1", port: 0, protocol: "lines" }, (stream) => {
    drive(
      stream,
      new TurnCore(),
      {
        on({ text }, link) {
          seen.push(`event ${text}`);
          queueMicrotask(() => {
            link.answer(`${text}!`);
            seen.push(`answered ${text}`);
          });
        },
      },
      clocks.slow,
    );
  });
  const peer = await Peer.to(listener);
  peer.socket.write("a\nb\nc\n");
  expect(await peer.until((got) => got.length >= 9)).toBe("a!\nb!\nc!\n");
  expect(seen).toEqual(["event a", "event b", "answered a", "event c", "answered b", "answered c"]);
  peer.socket.destroy();
});
