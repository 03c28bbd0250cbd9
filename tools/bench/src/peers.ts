/** The servers of others that we compare with, each as its manual says, and the ceiling that Node sets. */
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { createServer as createHttpServer, type RequestListener } from "node:http";
import { createServer, type AddressInfo, type Server } from "node:net";
import { join } from "node:path";
import sirv from "sirv";
import { constant } from "./site.ts";

/** Milliseconds; idle connections are counted for longer than Node's 5 s. */
const keepAliveTimeout = 600_000;

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen({ host: "127.0.0.1", port: 0, backlog: 4096 }, resolve));
  return (server.address() as AddressInfo).port;
}

const http = (listener: RequestListener): Promise<number> =>
  listen(createHttpServer({ keepAliveTimeout }, listener));

export const nodeHttp = (): Promise<number> =>
  http((_request, response) => {
    response.writeHead(200, { "Content-Type": "text/plain", "Content-Length": constant.length });
    response.end(constant);
  });

/** What most people write first. */
export const nodeStream = (folder: string): Promise<number> =>
  http((request, response) => {
    const path = join(folder, request.url ?? "/");
    const answer = async (): Promise<void> => {
      const { size, mtime } = await stat(path);
      response.writeHead(200, {
        "Content-Type": "application/octet-stream",
        "Content-Length": size,
        "Last-Modified": mtime.toUTCString(),
      });
      createReadStream(path).pipe(response);
    };
    answer().catch(() => response.destroy());
  });

export const nodeSirv = (folder: string): Promise<number> => {
  const serve = sirv(folder, { etag: true });
  return http((request, response) =>
    serve(request, response, () => {
      response.writeHead(404).end();
    }),
  );
};

/** No HTTP at all: counts blank lines and writes one prepared answer for each. Nobody on node:net is faster. */
export const rawNet = (): Promise<number> => {
  const answer = Buffer.from(
    `HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: ${constant.length}\r\n\r\n${constant}`,
  );
  const server = createServer({ noDelay: true }, (socket) => {
    socket.on("error", () => socket.destroy());
    socket.on("data", (chunk) => {
      let heads = 0;
      for (let at = chunk.indexOf("\r\n\r\n"); at !== -1; at = chunk.indexOf("\r\n\r\n", at + 4)) heads++;
      socket.write(heads === 1 ? answer : Buffer.concat(Array.from({ length: heads }, () => answer)));
    });
  });
  return listen(server);
};
