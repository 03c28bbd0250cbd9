/** Real clients talk to our servers, and the inspector tells what they said, without what should stay a secret. */
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import {
  realClient,
  run,
  type RunningApp,
  type RunResult,
  spawnApp,
  Spawned,
  TemporaryFolder,
  workspaceRoot,
} from "@socketscope/testkit";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import type { DetailView, MessageView, SocketView } from "../src/views.ts";
import type { Snapshot } from "./support/snapshot.ts";

describe.each(["hand", "library"] as const)("servers with the %s engine", (engine) => {
  let folder: TemporaryFolder;
  let inspector: RunningApp;
  let web: RunningApp;
  let mail: RunningApp;

  beforeAll(async () => {
    folder = new TemporaryFolder("inspector");
    const state = ["--state", join(folder.path, "state")];
    // The web server is there first, the relay comes later: both find the inspector.
    web = await spawnApp("web-server", [...state, "--engine", engine === "hand" ? "hand" : "node-http"]);
    inspector = await spawnApp("inspector", state);
    mail = await spawnApp("mail-relay", [...state, "--engine", engine === "hand" ? "hand" : "smtp-server"]);
  });
  afterAll(async () => {
    for (const app of [mail, web, inspector]) await app[Symbol.asyncDispose]();
    folder[Symbol.dispose]();
  });

  async function ask<T>(path: string): Promise<T> {
    const response = await fetch(inspector.url("page") + path);
    expect(response.status).toBe(200);
    return (await response.json()) as T;
  }
  const snapshot = (): Promise<Snapshot> => ask<Snapshot>("/api/snapshot");

  /** The last ended socket of that program. */
  async function ended(app: string): Promise<SocketView> {
    let found: SocketView | undefined;
    await expect
      .poll(async () => {
        found = (await snapshot()).sockets.findLast((one) => one.app === app && one.closed !== undefined);
        return found !== undefined;
      })
      .toBe(true);
    if (found === undefined) throw new Error("no socket");
    return found;
  }
  const messagesOf = ({ key }: SocketView): Promise<MessageView[]> =>
    ask<MessageView[]>(`/api/sockets/${key}/messages`);

  it("is found by servers that started before it and after it", async () => {
    await expect
      .poll(async () => (await snapshot()).sources.map(({ app }) => app).toSorted())
      .toEqual(["mail-relay", "web-server"]);
  });

  realClient("curl").describe("curl", () => {
    it("tells of curl's request, and hides its password everywhere", async () => {
      const secret = "hunter2-and-more";
      const url = `${web.url("http")}/?key=${secret}`;
      const result = await run("curl", [
        "-s",
        "-S",
        "-D",
        "-",
        "-o",
        "/dev/null",
        "-u",
        `ann:${secret}`,
        url,
      ]);
      expect(Buffer.from(result.stdout).toString()).toContain("200");
      const socket = await ended("web-server");
      expect(socket.client).toMatch(/^curl /);
      const messages = await messagesOf(socket);
      const request = messages.find(({ kind }) => kind === "request");
      const response = messages.find(({ kind }) => kind === "response");
      expect(request).toMatchObject({ who: "client", source: "RFC 9110 §9.3.1" });
      expect(response).toMatchObject({ who: "server", code: 200, answers: request?.id });
      expect(request?.said).toBe(`GET /?key=${"*".repeat(secret.length)} HTTP/1.1`);
      const detail = await ask<DetailView>(`/api/sockets/${socket.key}/messages/${request?.id}`);
      expect(detail.parts.map(({ name }) => name)).toContain("field Authorization");
      const octets = Buffer.from(
        await (await fetch(`${inspector.url("page")}/api/sockets/${socket.key}/octets/in`)).arrayBuffer(),
      );
      expect(octets).toHaveLength(socket.octets.in);
      const sinks = [
        JSON.stringify(await snapshot()),
        Buffer.from(detail.octets, "base64").toString(),
        octets.toString(),
      ];
      for (const sink of sinks) {
        expect(sink).not.toContain(secret);
        expect(sink).not.toContain(Buffer.from(`ann:${secret}`).toString("base64"));
      }
    });
  });

  realClient("swaks").describe("swaks", () => {
    it("tells of a letter that swaks sends, line by line, and of its refusal", async () => {
      const { hostname, port } = new URL(mail.url("smtp").replace(/^\w+:/, "http:"));
      const to = ["--server", hostname, "--port", port, "--from", "ann@a.test"];
      const sent = await run("swaks", [...to, "--to", "bob@b.test", "--tls-optional"]);
      expect(sent.code).toBe(0);
      const messages = await messagesOf(await ended("mail-relay"));
      const said = messages.map((one) => `${one.who} ${one.said}`);
      expect(said).toContain("client MAIL FROM:<ann@a.test>");
      expect(said).toContain("client RCPT TO:<bob@b.test>");
      expect(messages.filter(({ source }) => source === undefined).map(({ kind }) => kind)).toEqual([
        "event",
      ]);
      expect(messages.filter(({ fault }) => fault)).toEqual([]);
      const rcpt = messages.find((one) => one.said.startsWith("RCPT"));
      const detail = await ask<DetailView>(`/api/sockets/${rcpt?.socket}/messages/${rcpt?.id}`);
      expect(detail.handledBy?.file).toMatch(/^libs\/smtp\/src\/.*\.ts$/);
      expect(detail.follows).toContain("DATA");
    });
  });

  realClient("swaks").describe("swaks", () => {
    it("follows in a terminal what holds the octets that are looked for, old and new", async () => {
      const letter = async (to: string): Promise<void> => {
        const server = mail.url("smtp").replace("smtp://", "");
        const { code } = await run("swaks", ["--server", server, "--from", "ann@a.test", "--to", to]);
        expect(code).toBe(0);
      };
      await letter("old@b.test");
      const source = ["--import", "tsx", "--conditions=@socketscope/source", "apps/inspector/src/main.ts"];
      // "RCPT" in octets; and a text with its line's end, which no answer has.
      const filter = ["hex:52435054", String.raw`raw:"@b.test>\r\n"`];
      const words = ["tail", "--all", "--json", "--state", join(folder.path, "state"), ...filter];
      const tail = new Spawned(process.execPath, [...source, ...words], { cwd: workspaceRoot });
      try {
        await tail.line((line) => line.includes("RCPT TO:<old@b.test>"), 30_000);
        await letter("new@b.test");
        await tail.line((line) => line.includes("RCPT TO:<new@b.test>"));
        const said = tail.stdout
          .trim()
          .split("\n")
          .map((line) => (JSON.parse(line) as MessageView).said);
        expect(said.filter((one) => !one.startsWith("RCPT TO:<"))).toEqual([]);
      } finally {
        await tail.stop();
      }
    });
  });

  it("shows the same in a terminal, in a file, and again from that file", async () => {
    const state = ["--state", join(folder.path, "state")];
    const file = join(folder.path, `talk-${engine}.ndjson`);
    const command = (...words: readonly string[]): Promise<RunResult> =>
      run(
        process.execPath,
        [
          "--import",
          "tsx",
          "--conditions=@socketscope/source",
          "apps/inspector/src/main.ts",
          ...words,
          ...state,
        ],
        { cwd: workspaceRoot },
      );
    expect((await command("export", file)).code).toBe(0);
    const text = readFileSync(file, "utf8");
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(text).not.toContain(Buffer.from("ann:hunter2-and-more").toString("base64"));
    const again = await spawnApp("inspector", ["--replay", file]);
    onTestFinished(() => again[Symbol.asyncDispose]());
    const shown = (await (await fetch(`${again.url("page")}/api/snapshot`)).json()) as Snapshot;
    const told = ({ messages }: Snapshot): string[] =>
      messages
        .filter(({ kind }) => kind !== "event")
        .map(({ who, said, means }) => `${who} ${said} ${means}`);
    expect(told(shown)).toEqual(told(await snapshot()));
    expect(told(shown).length).toBeGreaterThan(5);
    const { log } = await ask<{ log: { entries: Record<string, unknown>[] } }>("/talk.har");
    expect(log.entries).toMatchObject([
      { request: { url: `${web.url("http")}/?key=${"*".repeat(16)}` }, response: { status: 200 } },
    ]);
    const picture = (await command("top", "--once")).text;
    expect(picture).toMatch(/^\d+ sockets, \d+ open\nSOCKET STATE/);
    expect(picture).toMatch(/closed web-server +http +curl/);
    await command("export", "--markdown", `${file}.md`);
    expect(readFileSync(`${file}.md`, "utf8")).toContain("| client | `RCPT TO:<bob@b.test>` |");
  });
});
