/**
 * A client that asks and then reads nothing. Loopback swallows some 10 MB of a connection, and Node cannot set
 * SO_RCVBUF on TCP before it connects, so python3 does.
 */
import { Spawned } from "./spawned.ts";

const program = `
import signal, socket, sys
host, port, request, octets = sys.argv[1], int(sys.argv[2]), bytes.fromhex(sys.argv[3]), int(sys.argv[4])
family = socket.AF_INET6 if ":" in host else socket.AF_INET
s = socket.socket(family, socket.SOCK_STREAM)
s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, octets)
s.connect((host, port))
s.sendall(request)
signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
def count(*_):
    total = 0
    while True:
        try:
            got = s.recv(65536)
        except ConnectionResetError:
            print("reset", total, flush=True); return
        if not got: break
        total += len(got)
    print("end", total, flush=True)
signal.signal(signal.SIGUSR1, count)
# Not before: whoever reads it may send a signal at once.
print("asked", s.getsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF), flush=True)
while True: signal.pause()
`;

export interface StalledReader extends AsyncDisposable {
  /** Reads on to the end after all: how many octets came, and whether by FIN or by RST. */
  resume(timeout?: number): Promise<{ readonly how: "end" | "reset"; readonly octets: number }>;
}

/** Connects, sends `request` and reads nothing; `receiveBuffer` octets (default 4,096; the kernel doubles it). */
export async function stallReader(
  address: { readonly host: string; readonly port: number },
  request: string | Uint8Array,
  receiveBuffer = 4096,
): Promise<StalledReader> {
  const hex = Buffer.from(request).toString("hex");
  const reader = new Spawned("python3", [
    "-c",
    program,
    address.host,
    `${address.port}`,
    hex,
    `${receiveBuffer}`,
  ]);
  await reader.line((line) => line.startsWith("asked"));
  return {
    async resume(timeout = 60_000) {
      reader.kill("SIGUSR1");
      const line = await reader.line((text) => /^(end|reset) /.test(text), timeout);
      const [how, octets] = line.split(" ");
      return { how: how === "end" ? "end" : "reset", octets: Number(octets) };
    },
    [Symbol.asyncDispose]: () => reader[Symbol.asyncDispose](),
  };
}
