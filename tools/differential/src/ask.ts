/** The same octets to a server on a fresh connection, a probe behind them, and what came back. */
import { connect } from "node:net";
import { answersIn } from "./answers.ts";

/** A request that a server reads only if it agrees where the octets before it ended. It ends the connection. */
export const PROBE = "GET /probe.txt HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";

export interface AskOptions {
  /** Milliseconds without an octet after which the server is said to wait for more. Default 60,000: a busy disk takes its time over an upload. */
  readonly patience?: number;
  /** Octets kept of the answer. Default 1 MiB; the rest ends the reading. */
  readonly maxOctets?: number;
}

/**
 * In words, such as `200 file, 200 probe, closed`: each final status with the file that answered, each interim
 * one, and how the connection stands: `closed`, or `waits` where the server still wants more.
 */
export async function ask(port: number, octets: Uint8Array, options: AskOptions = {}): Promise<string> {
  const { text, ended } = await exchange(port, Buffer.concat([octets, Buffer.from(PROBE)]), options);
  const answers = answersIn(text, methodsOf(octets));
  return [...(answers.length === 0 ? ["no answer"] : answers), ended ? "closed" : "waits"].join(", ");
}

function exchange(
  port: number,
  octets: Uint8Array,
  { patience = 60_000, maxOctets = 1024 * 1024 }: AskOptions,
): Promise<{ text: string; ended: boolean }> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let length = 0;
    const socket = connect({ port, host: "127.0.0.1" });
    const finish = (ended: boolean): void => {
      socket.destroy();
      resolve({ text: Buffer.concat(chunks).toString("latin1"), ended });
    };
    socket.setTimeout(patience, () => finish(false));
    socket.on("data", (chunk) => {
      chunks.push(chunk);
      length += chunk.length;
      if (length > maxOctets) finish(false);
    });
    // A reset says no more than a FIN here: the kernel chooses, by what it has not read yet.
    socket.on("error", () => finish(true));
    socket.on("end", () => finish(true));
    socket.write(octets);
  });
}

/** Whether the first request is a HEAD: its answer announces content that does not come. */
function methodsOf(octets: Uint8Array): "HEAD" | "other" {
  return Buffer.from(octets.subarray(0, 10)).toString("latin1").trimStart().startsWith("HEAD ")
    ? "HEAD"
    : "other";
}
