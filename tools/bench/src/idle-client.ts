/** `node idle-client.js PORT COUNT`: connections that ask once, are answered, and then only stay, until standard input ends. */
import { connect, type Socket } from "node:net";

const [, , port, count] = process.argv.map(Number);
const request = "GET /small.txt HTTP/1.1\r\nHost: localhost\r\n\r\n";

function open(): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(port ?? 0, "127.0.0.1", () => socket.write(request));
    socket.once("error", reject);
    socket.once("data", () => resolve(socket));
  });
}

const sockets: Socket[] = [];
while (sockets.length < (count ?? 0)) {
  const batch = Math.min(100, (count ?? 0) - sockets.length);
  sockets.push(...(await Promise.all(Array.from({ length: batch }, open))));
}
const lost = sockets.filter((socket) => socket.destroyed || socket.readableEnded).length;
console.log(lost === 0 ? `open ${sockets.length}` : `lost ${lost}`);
process.stdin.resume().on("end", () => {
  for (const socket of sockets) socket.destroy();
});
