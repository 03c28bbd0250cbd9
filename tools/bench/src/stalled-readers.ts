/**
 * Clients that ask and then read nothing. Loopback swallows some 10 MB of a connection, and Node cannot set SO_RCVBUF
 * on TCP before it connects, so python3 does.
 */
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { BenchError } from "./bench-error.ts";

const program = `
import socket, sys
port, count, path = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
readers = []
for i in range(count):
    s = socket.socket()
    s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    s.connect(("127.0.0.1", port))
    s.sendall(("GET %s HTTP/1.1\\r\\nHost: localhost\\r\\n\\r\\n" % path).encode())
    s.recv(1)
    readers.append(s)
print("stalled", len(readers), flush=True)
sys.stdin.read()
`;

/** Each has read one octet of its answer when `meanwhile` begins. */
export async function holdStalledReaders(
  port: number,
  count: number,
  path: string,
  meanwhile: () => Promise<void>,
): Promise<void> {
  const client = spawn("python3", ["-c", program, `${port}`, `${count}`, path], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const exited = new Promise((resolve) => client.once("close", resolve));
  const first = await createInterface({ input: client.stdout })[Symbol.asyncIterator]().next();
  try {
    if (first.value !== `stalled ${count}`)
      throw new BenchError("LOAD", `stalled readers: ${String(first.value)}`);
    await meanwhile();
  } finally {
    client.stdin.end();
    await exited;
  }
}
