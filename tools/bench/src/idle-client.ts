/**
 * `node idle-client.js PROTOCOL PORT COUNT`: connections that ask once, are answered, and then only stay, until standard
 * input ends.
 */
import { connect, type Socket } from "node:net";

const [, , protocol = "", port, count] = process.argv;

/** Who speaks first, and what the client says, each time to an answer; the last answer is waited for. */
const speech: Readonly<
  Record<string, { readonly first: "server" | "client"; readonly lines: readonly string[] }>
> = {
  http: { first: "client", lines: ["GET /small.txt HTTP/1.1\r\nHost: localhost\r\n\r\n"] },
  smtp: { first: "server", lines: ["EHLO bench.test\r\n"] },
  ftp: { first: "server", lines: ["USER root\r\n", "PASS bench\r\n", "PWD\r\n"] },
};

function open(): Promise<Socket> {
  const { first, lines } = speech[protocol] ?? { first: "server", lines: [] };
  return new Promise((resolve, reject) => {
    let said = 0;
    const speak = (): void => {
      const line = lines[said++];
      if (line === undefined) resolve(socket.off("data", speak));
      else socket.write(line);
    };
    const socket = connect(Number(port), "127.0.0.1", () => {
      if (first === "client") speak();
    });
    socket.once("error", reject);
    socket.on("data", speak);
  });
}

const wanted = Number(count);
const sockets: Socket[] = [];
while (sockets.length < wanted) {
  const batch = Math.min(100, wanted - sockets.length);
  sockets.push(...(await Promise.all(Array.from({ length: batch }, open))));
}
const lost = sockets.filter((socket) => socket.destroyed || socket.readableEnded).length;
console.log(lost === 0 ? `open ${sockets.length}` : `lost ${lost}`);
process.stdin.resume().on("end", () => {
  for (const socket of sockets) socket.destroy();
});
