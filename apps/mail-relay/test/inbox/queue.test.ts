/// <reference lib="esnext.disposable" />
/** The queue in the page and its API, and captured letters that go on after all. */
import { run, SmtpPeer, spawnApp, workspaceRoot, type RunningApp } from "@socketscope/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { handIn, LETTER, until } from "../delivery/relay-bench.ts";

interface Queued {
  readonly total: number;
  readonly messages: readonly { readonly id: string; readonly status: string }[];
}

describe("the queue in the inbox", () => {
  let next: SmtpPeer;
  let app: RunningApp;
  beforeAll(async () => {
    next = await SmtpPeer.listen();
    app = await spawnApp("mail-relay", [
      "--relay",
      "--trust=127.0.0.1/32",
      "--route=down.test=127.0.0.1:1",
      `--route=next.test=127.0.0.1:${next.port}`,
      "--retry=1h",
    ]);
  });
  afterAll(async () => {
    await app[Symbol.asyncDispose]();
    await next[Symbol.asyncDispose]();
  });

  const api = async <T>(path: string, init: RequestInit = {}): Promise<T> => {
    const response = await fetch(`${app.url("web")}/api/v1/${path}`, init);
    return (await response.json()) as T;
  };
  const post = (path: string, body = "", headers: Record<string, string> = {}): Promise<Response> =>
    fetch(`${app.url("web")}${path}`, {
      method: "POST",
      redirect: "manual",
      headers: { "Content-Type": "application/x-www-form-urlencoded", ...headers },
      body,
    });

  it("shows what waits, with what its next hop said, and moves it by forms that need no script", async () => {
    await handIn(app, {
      from: "<script>@a.test".replaceAll(/[<>]/g, ""),
      to: ["bob@down.test"],
      text: "Subject: <b>Waiting</b>\r\n\r\nx\r\n",
    });
    const one = async () => (await api<Queued>("queue")).messages[0];
    await until(async () => (await one())?.status === "waiting", "the end of an attempt");
    const id = (await one())?.id ?? "";
    const page = await (await fetch(`${app.url("web")}/?view=queue`)).text();
    expect(page).toContain("&lt;b&gt;Waiting&lt;/b&gt;");
    expect(page).toContain("nobody listens there");
    const held = await post(`/queue/${id}/hold`);
    expect([held.status, held.headers.get("location")]).toEqual([303, "/?view=queue"]);
    expect((await one())?.status).toBe("held");
    expect((await post(`/queue/${id}/remove`, "", { Origin: "http://evil.test" })).status).toBe(403);
    expect((await api<Queued>("queue")).total).toBe(1);
    await post(`/queue/${id}/release`);
    await post("/queue/flush");
    await post(`/queue/${id}/remove`);
    expect((await api<Queued>("queue")).total).toBe(0);
    expect(await api(`queue/${id}`)).toMatchObject({ status: 404 });
    expect(await api("queue/x/nonsense", { method: "POST" })).toMatchObject({ status: 404 });
    expect(await api("queue/flush", { method: "POST" })).toEqual({ flushed: 0 });
  });

  it("is told of in a terminal as people read", async () => {
    await handIn(app, { from: "ann@a.test", to: ["bob@down.test"] });
    await until(async () => (await api<Queued>("queue")).messages[0]?.status === "waiting", "an attempt");
    const id = (await api<Queued>("queue")).messages[0]?.id ?? "";
    const entry = ["--import", "tsx", "--conditions=@socketscope/source", "apps/mail-relay/src/main.ts"];
    const args = [...entry, "queue", "show", id, "--state", app.ready.state];
    const shown = await run(process.execPath, args, { cwd: workspaceRoot });
    expect(shown.text).toMatch(
      new RegExp(`^${id}  waiting for .*\\n {4}from <ann@a\\.test>.*\\nStill to be reached\\n`),
    );
    expect(shown.text).toContain("    <bob@down.test> deferred: 451 4.4.1");
    expect(shown.text).toContain("    Subject: A letter\n    \n    Hello\n    .dots");
  });

  it("lets a captured letter go on, without what final delivery put in front", async () => {
    await handIn(app, { from: "ann@a.test", to: ["bob@captured.test"] });
    const { messages } = await api<{ messages: { id: string }[] }>("messages?mailbox=bob@captured.test");
    const id = messages[0]?.id ?? "";
    const refused = await post(`/letters/${id}/release`, "to=bob@captured.test");
    expect(decodeURIComponent(refused.headers.get("location") ?? "")).toContain(
      "nothing+may+leave+for+captured.test",
    );
    const sent = await post(`/letters/${id}/release`, "to=eve@next.test, zoe@next.test");
    expect(decodeURIComponent(sent.headers.get("location") ?? "")).toContain("Queued+as+");
    await until(() => next.messages.length === 1, "the letter at the next hop");
    expect(next.messages[0]).toMatch(/^Received: from sender\.test /);
    expect(next.messages[0]?.endsWith(LETTER)).toBe(true);
    expect(next.lines).toContain("RCPT TO:<zoe@next.test>");
    const more = { method: "POST", body: '{"to": ["eve@next.test"]}' };
    expect(await api(`messages/${id}/release`, more)).toHaveProperty("queued");
    expect(await api(`messages/${id}/release`, { ...more, body: '{"to": 1}' })).toMatchObject({
      status: 400,
    });
    expect(await api(`messages/${id}/release`, { method: "POST" })).toMatchObject({ status: 403 });
  });

  it("sends all that leaves to one address where that was asked for", async () => {
    await using guarded = await spawnApp("mail-relay", [
      "--relay",
      "--trust=127.0.0.1/32",
      `--route=*=127.0.0.1:${next.port}`,
      "--redirect-all=me@next.test",
    ]);
    next.lines.length = 0;
    await handIn(guarded, { from: "ann@a.test", to: ["customer@real.test", "other@real.test"] });
    await until(() => next.lines.includes("RCPT TO:<me@next.test> NOTIFY=NEVER"), "the redirected recipient");
    expect(next.lines.filter((line) => line.includes("real.test"))).toEqual([]);
  });
});
