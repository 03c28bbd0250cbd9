/** `ws://`: each line of standard input is a message, each message a line of standard output. */
import type { Readable } from "node:stream";
import { createInterface } from "node:readline/promises";
import type { FieldLines } from "@socketscope/http";
import { connectWebSocket, type ClientTls, type WebSocket } from "@socketscope/web";
import type { TapPoint } from "@socketscope/socket-core";
import { EXIT, TransferError } from "./failure.ts";
import type { Output } from "./output.ts";

export interface ChatErrand {
  readonly url: URL;
  readonly fields: FieldLines;
  readonly input: Readable;
  readonly output: Output;
  /** For what is no message. */
  readonly say: (line: string) => void;
  readonly tls: ClientTls;
  readonly tap: TapPoint;
  readonly resolve: (name: string) => Promise<readonly string[]>;
  readonly signal: AbortSignal | undefined;
}

/** Resolves when either side has closed it. Rejects when it broke. */
export async function chat(errand: ChatErrand): Promise<void> {
  const { url, fields, tls, tap, resolve, output, say, signal } = errand;
  const socket = await connectWebSocket({
    url,
    fields,
    tls,
    tap,
    resolve,
    ...(signal && { signal }),
    handler: {
      onMessage: (content) =>
        typeof content === "string"
          ? output.write(Buffer.from(`${content}\n`))
          : say(`binary, ${content.length} bytes: ${Buffer.from(content.subarray(0, 32)).toString("hex")}`),
    },
  });
  const lines = createInterface({ input: errand.input, crlfDelay: Infinity });
  const stop = (): void => socket.close(1000);
  signal?.addEventListener("abort", stop, { once: true });
  void sendLines(lines, socket);
  const { code, reason } = await socket.closed;
  lines.close();
  errand.input.destroy();
  signal?.removeEventListener("abort", stop);
  if (signal?.aborted === true) throw new TransferError(EXIT.late, "the time for it has passed");
  // RFC 6455 §7.4.1: 1000 is a normal end, 1001 a server or a page that goes away, 1005 an end without a word.
  if (code === 1000 || code === 1001 || code === 1005) return;
  throw new TransferError(
    EXIT.broken,
    `the WebSocket ended with ${code}${reason === "" ? "" : `: ${reason}`}`,
  );
}

/** At the end of input the closing handshake begins; what the server had to say before its Close still comes. */
async function sendLines(lines: AsyncIterable<string>, socket: WebSocket): Promise<void> {
  for await (const line of lines) if (!socket.send(line)) await socket.drained();
  socket.close(1000);
}
