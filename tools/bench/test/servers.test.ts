/** What is compared must be the same: every server gives the same octets for the same request. */
import { realClient, Spawned, workspaceRoot } from "@socketscope/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { rateCases } from "../src/cases.ts";
import { startServer } from "../src/running.ts";
import { constant, largeFile, makeSite, smallFile } from "../src/site.ts";

const site = makeSite();
afterAll(() => site[Symbol.dispose]());

const names = [...new Set(rateCases.flatMap((one) => [one.ours, ...one.peers, ...one.beside]))];
const files = names.filter((name) => /Stream|sirv|files/.test(name));
const constants = names.filter((name) => !files.includes(name) && name !== "nginx");

describe("the servers of the bench", () => {
  const servers = new Map<string, Spawned>();
  const urls = new Map<string, string>();

  beforeAll(async () => {
    const source = ["--import", "tsx", "--conditions=@socketscope/source", "tools/bench/src/server.ts"];
    for (const name of [...constants, ...files]) {
      servers.set(
        name,
        new Spawned(process.execPath, [...source, name, site.folder], { cwd: workspaceRoot }),
      );
    }
    for (const [name, server] of servers) urls.set(name, `http://127.0.0.1:${await server.line()}`);
  });
  afterAll(async () => {
    await Promise.all([...servers.values()].map((server) => server.stop()));
  });

  it.each(constants)("%s gives the constant answer", async (name) => {
    const response = await fetch(`${urls.get(name)}/`);
    expect([response.status, response.headers.get("content-type")]).toEqual([200, "text/plain"]);
    expect(await response.text()).toBe(constant);
  });

  it.each(files)("%s gives the files", async (name) => {
    const small = await fetch(`${urls.get(name)}/${smallFile.name}`);
    expect(await small.text()).toBe("x".repeat(smallFile.octets));
    const large = await fetch(`${urls.get(name)}/${largeFile.name}`);
    expect(large.headers.get("content-length")).toBe(String(largeFile.octets));
    expect((await large.arrayBuffer()).byteLength).toBe(largeFile.octets);
  });

  it("ours counts what it is given", async () => {
    const answer = await fetch(`${urls.get("ours-files")}/sink`, {
      method: "PUT",
      body: new Uint8Array(123_456),
    });
    expect(await answer.text()).toBe("123456\n");
  });

  realClient("nginx").describe("nginx", () => {
    it("gives the constant answer and the files", async () => {
      const nginx = await startServer("nginx", site.folder);
      const url = `http://127.0.0.1:${nginx.port}`;
      expect(await (await fetch(url)).text()).toBe(constant);
      expect(await (await fetch(`${url}/${smallFile.name}`)).text()).toBe("x".repeat(smallFile.octets));
      expect(await nginx.memory()).toBeGreaterThan(0);
      await nginx[Symbol.asyncDispose]();
    });
  });
});
