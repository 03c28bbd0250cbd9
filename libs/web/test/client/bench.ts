/** A client, servers for it, and an end of all of them behind each test. */
import { listenTcp } from "@socketscope/socket-core";
import { afterEach } from "vitest";
import { HttpAgent, serveHttp, type Handler, type HttpAgentOptions } from "../../src/index.ts";
import { scripted, type Script, type ScriptedServer } from "./scripted.ts";

const open: AsyncDisposable[] = [];
afterEach(async () => {
  for (const one of open.splice(0).toReversed()) await one[Symbol.asyncDispose]();
});

export function kept<One extends AsyncDisposable>(one: One): One {
  open.push(one);
  return one;
}

export function agent(options: HttpAgentOptions = {}): HttpAgent {
  const made = new HttpAgent(options);
  open.push({ [Symbol.asyncDispose]: () => Promise.resolve(made.close()) });
  return made;
}

export async function server(script: Script): Promise<ScriptedServer> {
  return kept(await scripted(script));
}

/** Our own server, its address. */
export async function ours(handler: Handler): Promise<string> {
  const listener = await listenTcp({ host: "127.0.0.1", port: 0, protocol: "http" }, (stream) =>
    serveHttp(stream, handler),
  );
  return `http://127.0.0.1:${kept(listener).address.port}`;
}

/** Answers each request without content with the same octets. */
export const answering =
  (answer: string): Script =>
  (socket, received) => {
    if (received.endsWith("\r\n\r\n")) socket.write(answer, "latin1");
  };

export const OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi";
