/** One TCP connection and a person: input goes out, what comes is shown, both with backpressure. */
import type { CloseReason, Stream } from "@socketscope/socket-core";
import type { SocketOptions } from "./options.ts";
import type { Shown } from "./output.ts";

export interface Person {
  /** Undefined: nothing to say. */
  readonly messages: AsyncIterable<Uint8Array> | undefined;
  readonly shown: Shown;
  readonly note: (text: string) => void;
}

/** Resolves with the reason when the connection has ended. */
export function talk(
  stream: Stream,
  { messages, shown, note }: Person,
  { wait, halfClose, take }: Pick<SocketOptions, "wait" | "halfClose" | "take">,
): Promise<CloseReason> {
  return new Promise((resolve, reject) => {
    let wake: (() => void) | undefined;
    let over = false;
    let ours: "open" | "ended" = "open";
    let theirs: "open" | "ended" = "open";
    let taken = 0;
    const heard = (): void => {
      if (wait !== undefined) stream.deadline = performance.now() + wait;
    };
    const endIfBoth = (): void => {
      if (ours === "ended" && theirs === "ended") stream.linger("we-ended");
    };
    const say = async (): Promise<void> => {
      if (messages === undefined) return;
      for await (const octets of messages) {
        if (over) return;
        heard();
        if (!stream.write(octets)) {
          await new Promise<void>((room) => {
            wake = room;
          });
        }
      }
      if (over || !halfClose) return;
      note("our input has ended: FIN sent, still reading");
      stream.halfClose();
      ours = "ended";
      endIfBoth();
    };
    stream.attach({
      data(octets) {
        heard();
        taken += octets.length;
        const room = shown.write(octets);
        if (take !== undefined && taken >= take) {
          // The kernel goes on taking until its buffer is full, and then tells the other end so (RFC 9293 §3.8.6: the window).
          note(`${taken} bytes read: the rest is left to the kernel`);
          stream.pause();
          return;
        }
        if (room) return;
        stream.pause();
        void shown.drained().then(() => stream.resume());
      },
      ended() {
        note("the peer has ended: FIN received");
        theirs = "ended";
        // Without input of ours there is nothing left to say; with it the person decides.
        if (messages === undefined) ours = "ended";
        endIfBoth();
      },
      drain() {
        wake?.();
      },
      late() {
        note("silence: the time for it has passed");
        stream.linger("timeout");
      },
      finish() {
        stream.linger("drained");
      },
      closed(reason) {
        over = true;
        wake?.();
        resolve(reason);
      },
    });
    heard();
    say().catch((error: unknown) => {
      stream.destroy("we-ended");
      reject(error);
    });
  });
}
