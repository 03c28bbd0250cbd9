import { createServer } from "node:http";
import { spawnApp, TemporaryFolder } from "@socketscope/testkit";
import { describe, expect, it } from "vitest";
import { isInspector, portsOfOurs } from "../src/ours.ts";

const portOf = (url: string): number => Number(new URL(url).port);

describe("doctor", () => {
  it("knows the ports of our own servers, and of nobody else", async () => {
    using folder = new TemporaryFolder("ours");
    expect((await portsOfOurs(folder.path)).size).toBe(0);
    const state = `${folder.path}/state`;
    const [web, inspector] = await Promise.all([
      spawnApp("web-server", ["--state", state, "--https-port=off"]),
      spawnApp("inspector", ["--state", state]),
    ]);
    expect([...(await portsOfOurs(state))]).toEqual([[portOf(web.url("http")), "web-server"]]);
    expect(await isInspector(portOf(inspector.url("page")))).toBe(true);
    expect(await isInspector(portOf(web.url("http")))).toBe(false);
    await Promise.all([web[Symbol.asyncDispose](), inspector[Symbol.asyncDispose]()]);
    expect((await portsOfOurs(state)).size).toBe(0);
  });

  it("waits for nobody who takes a connection and says nothing", async () => {
    const silent = createServer(() => undefined);
    await new Promise<void>((resolve) => void silent.listen(0, "127.0.0.1", resolve));
    const address = silent.address();
    expect(await isInspector(typeof address === "object" && address !== null ? address.port : 0)).toBe(false);
    silent.closeAllConnections();
    silent.close();
  });
});
