/** A site behind whose /api stands another server, a client for it, and an end of all of them behind each test. */
import { TemporaryFolder } from "@socketscope/testkit";
import { HttpAgent, type ClientRequest } from "@socketscope/web";
import { afterEach } from "vitest";
import type { Engine } from "@socketscope/web/engine";
import { reverseProxy, type ProxyOptions } from "../../src/proxy/proxy.ts";
import { serving, type Serving } from "../serving.ts";

const open: AsyncDisposable[] = [];
afterEach(async () => {
  for (const one of open.splice(0).toReversed()) await one[Symbol.asyncDispose]();
});

export function kept<One extends AsyncDisposable>(one: One): One {
  open.push(one);
  return one;
}

export function agent(): HttpAgent {
  const made = new HttpAgent();
  open.push({ [Symbol.asyncDispose]: () => Promise.resolve(made.close()) });
  return made;
}

/** What the proxy told its log since {@link proxyBefore} was last called. */
export const errors: unknown[] = [];

export async function proxyBefore(
  engine: Engine,
  target: string | URL,
  more: Partial<ProxyOptions> = {},
): Promise<Serving> {
  errors.length = 0;
  const folder = new TemporaryFolder("proxy");
  const handler = reverseProxy({
    path: "/api",
    target: typeof target === "string" ? new URL(target) : target,
    agent: agent(),
    onError: (error) => errors.push(error),
    ...more,
  });
  const server = await serving({ root: folder.path, mounts: [{ path: "/api", handler }] }, engine);
  open.push({
    async [Symbol.asyncDispose]() {
      await server.close();
      folder[Symbol.dispose]();
    },
  });
  return server;
}

export async function get(
  origin: string,
  more: Partial<ClientRequest> & { readonly path?: string } = {},
): Promise<{
  status: number;
  text: string;
  get: (name: string) => string | undefined;
  all: (name: string) => readonly string[];
}> {
  const { path = "/api/x", ...request } = more;
  const response = await agent().request({ url: `${origin}${path}`, ...request });
  const text = await response.body.text(1e8);
  const { fields } = response;
  return {
    status: response.status,
    text,
    get: (name) => fields.get(name),
    all: (name) => fields.all(name),
  };
}
