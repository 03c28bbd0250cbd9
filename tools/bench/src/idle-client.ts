/**
 * `node idle-client.js PROTOCOL PORT COUNT`: connections that ask once, are answered, and then only stay, until standard
 * input ends.
 */
import { connect, type Socket } from "node:net";

const [, , protocol = "", port, count] = process.argv;

/** What is said at first, and to the first answer; the last answer is waited for. */
const speech: Readonly<Record<string, { readonly first?: string; readonly second?: string }>> = {
  http: { first: "GET /small.txt HTTP/1.1\r\nHost: localhost\r\n\r\n" },
  smtp: { second: "EHLO bench.test\r\n" },
};

function open(): Promise<Socket> {
  const { first, second } = speech[protocol] ?? {};
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), "127.0.0.1", () => {
      if (first !== undefined) socket.write(first);
    });
    socket.once("error", reject);
    socket.once("data", () => {
      if (second === undefined) return resolve(socket);
      socket.write(second);
      socket.once("data", () => resolve(socket));
    });
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
