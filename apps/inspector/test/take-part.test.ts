/** Real clients are held, edited, answered by hand, and see faults, through the inspector's HTTP interface. */
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  realClient,
  run,
  type RunResult,
  type RunningApp,
  spawnApp,
  TemporaryFolder,
  PATIENCE_MS,
} from "@socketscope/testkit";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import type { AgainView, HeldView, MessageView } from "../src/views.ts";
import type { Snapshot } from "./support/snapshot.ts";

let folder: TemporaryFolder;
let inspector: RunningApp;
let web: RunningApp;
let mail: RunningApp;
let files: RunningApp;
const follower = new AbortController();

beforeAll(async () => {
  folder = new TemporaryFolder("inspector-part");
  const state = ["--state", join(folder.path, "state")];
  const root = join(folder.path, "site");
  mkdirSync(root);
  writeFileSync(join(root, "index.html"), "the page itself");
  inspector = await spawnApp("inspector", state);
  web = await spawnApp("web-server", [...state, "--root", root]);
  mail = await spawnApp("mail-relay", state);
  files = await spawnApp("file-transfer", [...state, "--user=ann:wonder"]);
  await vi.waitUntil(async () => (await snapshot()).sources.length === 3, PATIENCE_MS);
  // Whoever follows has the programs asked.
  void fetch(`${inspector.url("page")}/events?after=0`, { signal: follower.signal })
    .then(
      (response) => response.text(),
      () => undefined,
    )
    .catch(() => undefined);
});
afterAll(async () => {
  follower.abort();
  for (const app of [files, mail, web, inspector]) await app[Symbol.asyncDispose]();
  folder[Symbol.dispose]();
});
afterEach(async () => {
  for (const app of ["web-server", "mail-relay", "file-transfer"]) await act("DELETE", `${app}/faults`);
});

async function snapshot(): Promise<Snapshot> {
  return (await (await fetch(`${inspector.url("page")}/api/snapshot`)).json()) as Snapshot;
}

async function act(method: string, path: string, value?: unknown): Promise<Response> {
  return fetch(`${inspector.url("page")}/api/control/${path}`, {
    method,
    ...(value !== undefined && { body: JSON.stringify(value) }),
  });
}

async function set(listener: string, fault: unknown): Promise<void> {
  expect((await act("POST", listener, fault)).status).toBe(200);
}

/** The one that waits, once it does. */
async function held(wanted: (held: HeldView) => boolean = () => true): Promise<HeldView> {
  let found: HeldView | undefined;
  await expect
    .poll(
      async () => {
        // The tap may be behind: at the next look it is told as it was read.
        found = (await snapshot()).controls
          .flatMap((control) => control.held)
          .find((one) => wanted(one) && !one.why?.startsWith("not read"));
        return found !== undefined;
      },
      { interval: 20 },
    )
    .toBe(true);
  if (found === undefined) throw new Error("nothing is held");
  return found;
}

const hold = (on: "in" | "out", contains?: string): unknown => ({
  on,
  ...(contains !== undefined && { match: { contains } }),
  action: { type: "hold" },
});
const text = ({ stdout }: RunResult): string => Buffer.from(stdout).toString();
const said = async (): Promise<string[]> => (await snapshot()).messages.map((message) => message.said);

realClient("curl").describe("curl, held", () => {
  it("gets the answer that was edited, and the transcript says what it was", async () => {
    await set("web-server/faults/http", hold("out"));
    const curl = run("curl", ["-sS", `${web.url("http")}/`]);
    const { chunk, app, text: shown, form, editable, fromClient } = await held();
    expect({ form, editable, fromClient }).toEqual({ form: "lines", editable: true, fromClient: false });
    expect(shown).toMatch(/^HTTP\/1\.1 200 OK\n/);
    const octets = "HTTP/1.1 200 OK\r\nContent-Length: 14\r\nConnection: close\r\n\r\nedited by hand";
    expect((await act("POST", `${app}/held/${chunk}`, { octets })).status).toBe(204);
    expect(text(await curl)).toBe("edited by hand");
    await expect.poll(said).toContain("Edited: was “HTTP/1.1 200 OK”");
    expect(await said()).toContain(`Held: ${shown.replaceAll("\n", "\r\n").length} octets`);
  });

  it("asks for what was edited into its request", async () => {
    await set("web-server/faults/http", hold("in"));
    const curl = run("curl", ["-sS", `${web.url("http")}/no-such-page`]);
    const waiting = await held();
    expect(waiting.text).toMatch(/^GET \/no-such-page HTTP\/1\.1\n/);
    const octets = waiting.text.replace("/no-such-page", "/").replaceAll("\n", "\r\n");
    await act("POST", `web-server/held/${waiting.chunk}`, { octets });
    expect(text(await curl)).toBe("the page itself");
  });

  it("never shows its password while it is held, and then cannot be edited", async () => {
    await set("web-server/faults/http", hold("in"));
    const curl = run("curl", ["-sS", "-u", "ann:hunter2-and-more", `${web.url("http")}/`]);
    const { text: shown, editable, why, chunk } = await held();
    expect({ editable, why }).toEqual({
      editable: false,
      why: "it holds a secret, which --show-secrets would show",
    });
    expect(shown).toMatch(/Authorization: \*+\n/);
    expect(JSON.stringify(await snapshot())).not.toContain(
      Buffer.from("ann:hunter2-and-more").toString("base64"),
    );
    await act("POST", `web-server/held/${chunk}`, {});
    expect(text(await curl)).toBe("the page itself");
  });

  it("gets the same file in pieces of one octet", async () => {
    await set("web-server/faults/http", { on: "out", action: { type: "split", octets: 1, ms: 0 } });
    expect(text(await run("curl", ["-sS", `${web.url("http")}/`]))).toBe("the page itself");
    await expect.poll(said).toContain("Slowed on purpose");
  });

  it("is reset, and says so", async () => {
    await set("web-server/faults/http", { on: "out", action: { type: "reset" } });
    expect((await run("curl", ["-s", `${web.url("http")}/`])).code).toBe(56);
    await expect.poll(said).toContain("Reset on purpose");
  });
});

realClient("swaks").describe("swaks, answered by hand", () => {
  it("hands its letter to a server that is a person", async () => {
    await set("mail-relay/faults/smtp", hold("in"));
    await set("mail-relay/faults/smtp", hold("out"));
    const at = mail.url("smtp").replace("smtp://", "");
    const swaks = run("swaks", ["--server", at, "--from", "ann@a.test", "--to", "bob@b.test"]);
    const greeting = await held();
    expect(greeting.text).toMatch(/^220 /);
    await act("POST", `mail-relay/held/${greeting.chunk}`, { octets: "220 typed.test ESMTP by hand\r\n" });
    const answers: readonly (readonly [said: RegExp, answer: string])[] = [
      [/^EHLO /, "250-typed.test\r\n250 SIZE 1000\r\n"],
      [/^MAIL FROM:<ann@a\.test>/, "250 2.1.0 Gladly\r\n"],
      [/^RCPT TO:<bob@b\.test>/, "250 2.1.5 Him, too\r\n"],
      [/^DATA/, "354 Go on\r\n"],
      [/This is a test mailing/, "250 2.0.0 Taken by hand\r\n"],
      [/^QUIT/, "221 2.0.0 Bye\r\n"],
    ];
    for (const [wanted, answer] of answers) {
      const { chunk, text: shown, fromClient } = await held();
      expect(shown).toMatch(wanted);
      expect(fromClient).toBe(true);
      await act("POST", `mail-relay/held/${chunk}`, { answer });
    }
    const result = await swaks;
    expect(result.code).toBe(0);
    expect(text(result)).toContain("<-  250 2.0.0 Taken by hand");
    const letters = await fetch(`${mail.url("web")}/api/messages`);
    expect(await letters.text()).not.toContain("bob@b.test");
    await expect.poll(said).toContain("250 2.0.0 Taken by hand");
  });
});

realClient("lftp").describe("lftp, with a fault", () => {
  it("is told a code that a rule answers, and gets the file once the rule is spent", async () => {
    const content = Buffer.from("octet by octet\n".repeat(100));
    const at = files.url("ftp").replace("ftp://", "");
    const lftp = (script: string): Promise<RunResult> =>
      run(
        "lftp",
        ["-c", `set net:max-retries 1; set ftp:ssl-allow no; open -u ann,wonder ftp://${at}; ${script}`],
        {
          cwd: folder.path,
        },
      );
    const upload = await run("curl", ["-sS", "-T", "-", `ftp://ann:wonder@${at}/f`], { input: content });
    expect(upload.code).toBe(0);
    await set("file-transfer/faults/ftp", {
      on: "in",
      match: { contains: "RETR" },
      times: 1,
      action: { type: "answer", octets: "550 Not today\r\n" },
    });
    const refused = await lftp("get f -o first");
    expect(refused.code).not.toBe(0);
    expect(Buffer.from(refused.stderr).toString()).toContain("Not today");
    const taken = await lftp("get f -o second");
    expect(taken.code).toBe(0);
    const digest = (octets: Uint8Array): string => createHash("sha256").update(octets).digest("hex");
    expect(digest(readFileSync(join(folder.path, "second")))).toBe(digest(content));
  });
});

realClient("curl", "swaks").describe("what a client had said, sent again", () => {
  /** By what it said: the last message, once the socket it was said on is closed. */
  async function message(wanted: (view: MessageView) => boolean): Promise<MessageView> {
    let found: MessageView | undefined;
    await expect
      .poll(async () => {
        const { messages, sockets } = await snapshot();
        found = messages.findLast(wanted);
        return sockets.find(({ key }) => key === found?.socket)?.closed;
      })
      .toBeDefined();
    if (found === undefined) throw new Error("it was not said");
    return found;
  }
  async function again({ socket, id }: MessageView): Promise<AgainView> {
    const url = `${inspector.url("page")}/api/sockets/${socket}/messages/${id}/again`;
    const response = await fetch(url, { method: "POST" });
    expect(response.status).toBe(200);
    return (await response.json()) as AgainView;
  }
  /** What both said on the socket that ends at our port. */
  async function talkAt(port: number, last: string): Promise<readonly string[]> {
    let talk: readonly string[] = [];
    await expect
      .poll(async () => {
        const { sockets, messages } = await snapshot();
        const key = sockets.findLast(({ remote }) => remote.port === port)?.key;
        talk = messages
          .filter((one) => one.socket === key && one.who !== "both")
          .map((one) => `${one.who}: ${one.said}`);
        return talk.some((words) => words.startsWith(`server: ${last}`));
      })
      .toBe(true);
    return talk;
  }

  it.each(["http", "https"])("asks the web server once more, over %s, and is answered", async (scheme) => {
    const url = `${web.url(scheme)}/again-${scheme}`;
    await run("curl", ["-sS", "--cacert", web.ready.ca ?? "", "-o", "/dev/null", url]);
    const asked = await message(({ said: words }) => words.startsWith(`GET /again-${scheme}`));
    const { port, sent, answered, all } = await again(asked);
    expect({ sent, answered, all }).toEqual({ sent: asked.to - asked.from, answered: true, all: true });
    expect(await talkAt(port, "404 ")).toEqual(
      expect.arrayContaining([`client: ${asked.said}`, "server: 404 Not Found"]),
    );
  });

  it("says a letter to the relay once more, line after line, and there are two", async () => {
    const server = mail.url("smtp").replace("smtp://", "");
    const named = ["--from", "ann@lab.test", "--to", "twice@lab.test", "--header", "Subject: said twice"];
    expect((await run("swaks", ["--server", server, ...named])).code).toBe(0);
    const letters = async (): Promise<number> => {
      const listed = await (await fetch(`${mail.url("web")}/api/v1/messages`)).text();
      return listed.split('"said twice"').length - 1;
    };
    await expect.poll(letters).toBe(1);
    const content = await message(
      ({ kind, protocol, who }) => protocol === "smtp" && kind === "content" && who === "client",
    );
    const { port, answered } = await again(content);
    expect(answered).toBe(true);
    await expect.poll(letters).toBe(2);
    const talk = await talkAt(port, "250 2.0.0");
    expect(talk[0]).toMatch(/^server: 220 /);
    expect(talk.at(-1)).toMatch(/^server: 250 2\.0\.0 /);
  });

  it("logs in with a password that nobody is shown", async () => {
    await run("curl", ["-sS", files.url("ftp").replace("ftp://", "ftp://ann:wonder@") + "/"]);
    const pass = await message(({ said: words }) => words.startsWith("PASS "));
    expect(pass.said).not.toContain("wonder");
    const { port } = await again(pass);
    expect((await talkAt(port, "230")).at(-1)).toMatch(/^server: 230 /);
  });
});

describe("who may take part", () => {
  it("sends nothing again for another site", async () => {
    const url = `${inspector.url("page")}/api/sockets/1/messages/1/again`;
    const response = await fetch(url, { method: "POST", headers: { origin: "https://evil.example" } });
    expect(response.status).toBe(403);
  });

  it("is nobody from another site", async () => {
    const url = `${inspector.url("page")}/api/control/web-server/faults/http`;
    const send = (headers: Record<string, string>): Promise<Response> =>
      fetch(url, { method: "POST", headers, body: JSON.stringify(hold("in")) });
    expect((await send({ origin: "https://evil.example" })).status).toBe(403);
    expect((await send({ "sec-fetch-site": "same-site" })).status).toBe(403);
    const rebound = await run("curl", [
      "-s",
      "-o",
      "/dev/null",
      "-w",
      "%{http_code}",
      "-H",
      "Host: evil.example",
      url,
    ]);
    expect(text(rebound)).toBe("421");
    expect(await (await act("GET", "web-server/faults/http")).json()).toMatchObject({ faults: [] });
  });

  it.each([
    ["GET", "web-server/status", 404],
    ["GET", "web-server/held/1", 405],
    ["DELETE", "web-server/firewall", 405],
    ["GET", "no-such-server/faults", 404],
    ["POST", "web-server/faults/gopher", 404],
  ])("%s %s is answered %i", async (method, path, status) => {
    const response = await act(method, path, method === "POST" ? hold("in") : undefined);
    expect(response.status).toBe(status);
    expect(response.headers.get("content-type")).toBe("application/problem+json");
  });

  it("may read and change the firewall's rules", async () => {
    const changed = await act("PUT", "web-server/firewall", { rules: ["reject 127.0.0.66"] });
    expect(await changed.json()).toMatchObject({ rules: [{ rule: "reject 127.0.0.66", hits: 0 }] });
    const refused = await run("curl", ["-s", "--interface", "127.0.0.66", `${web.url("http")}/`]);
    expect(refused.code).not.toBe(0);
    expect(await (await act("GET", "web-server/firewall")).json()).toMatchObject({ rules: [{ hits: 1 }] });
    expect((await act("PUT", "web-server/firewall", { rules: ["let in nobody"] })).status).toBe(400);
  });

  it("is nobody where the inspector only looks", async () => {
    await using looking = await spawnApp("inspector", ["--state", join(folder.path, "other"), "--look-only"]);
    const url = `${looking.url("page")}/api/control/web-server/faults`;
    expect((await fetch(url, { method: "DELETE" })).status).toBe(404);
    const again = `${looking.url("page")}/api/sockets/1/messages/1/again`;
    expect((await fetch(again, { method: "POST" })).status).toBe(405);
  });
});
