/** The inbox over real sockets: API, guard, frames, and a message made to harm who looks at it. */
import { once } from "node:events";
import { request } from "node:http";
import { connect } from "node:net";
import { createTransport } from "nodemailer";
import { spawnApp, type RunningApp } from "@socketscope/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

interface Listed {
  readonly id: string;
  readonly mailbox: string;
  readonly subject: string;
  readonly seen: boolean;
}

describe("the inbox", () => {
  let app: RunningApp;
  let send: (message: Record<string, unknown>) => Promise<void>;
  beforeAll(async () => {
    app = await spawnApp("mail-relay");
    const { hostname: host, port } = new URL(app.url("smtp").replace("smtp:", "http:"));
    const transport = createTransport({ host, port: Number(port), secure: false, ignoreTLS: true });
    send = async (message) => void (await transport.sendMail({ from: "Bob <bob@b.test>", ...message }));
  });
  afterAll(() => app[Symbol.asyncDispose]());

  const url = (path: string): string => `${app.url("web").replace(/\/$/, "")}${path}`;
  const get = (path: string, init: RequestInit = {}): Promise<Response> => fetch(url(path), init);
  const json = async <T>(path: string, init: RequestInit = {}): Promise<T> =>
    (await (await get(path, init)).json()) as T;
  const only = async (mailbox: string): Promise<Listed> => {
    const { messages } = await json<{ messages: Listed[] }>(`/api/v1/messages?mailbox=${mailbox}`);
    const [message, ...more] = messages;
    expect(more).toEqual([]);
    if (message === undefined) throw new Error(`nothing came to ${mailbox}`);
    return message;
  };

  it("waits for a message, and has it at once when it is there", async () => {
    const waiting = json<Listed>("/api/v1/wait?to=wait@x.test&timeout=20");
    await send({ to: "wait@x.test", subject: "Your code is 1234", text: "1234" });
    expect((await waiting).subject).toBe("Your code is 1234");
    expect((await json<Listed>("/api/v1/wait?to=wait@x.test&subject=CODE")).mailbox).toBe("wait@x.test");
    expect((await get("/api/v1/wait?to=nobody@x.test&timeout=0")).status).toBe(408);
  });

  it("takes a letter apart: text, HTML, attachments, source, dialogue", async () => {
    await send({
      to: "parts@x.test",
      subject: "Parts",
      text: "plain",
      html: '<b>bold</b><img src="cid:pic">',
      attachments: [
        { filename: 'a "b".txt', content: "attached" },
        { filename: "p.png", content: Buffer.from("89504e47", "hex"), cid: "pic", contentType: "image/png" },
      ],
    });
    const { id } = await only("parts@x.test");
    const whole = await json<{ text: string; attachments: { number: number; name: string; size: number }[] }>(
      `/api/v1/messages/${id}`,
    );
    expect(whole.text.trim()).toBe("plain");
    const named = whole.attachments.find(({ name }) => name === 'a "b".txt');
    expect(named?.size).toBe(8);
    const attached = await get(`/api/v1/messages/${id}/attachments/${named?.number}`);
    expect(attached.headers.get("content-disposition")).toBe("attachment; filename*=UTF-8''a%20%22b%22.txt");
    expect(await attached.text()).toBe("attached");
    expect(await (await get(`/api/v1/messages/${id}/html`)).text()).toContain(
      'src="data:image/png;base64,iVBORw=="',
    );
    expect(await (await get(`/api/v1/messages/${id}/raw`)).text()).toMatch(/^Return-Path: <bob@b\.test>\r\n/);
    const { lines } = await json<{ lines: { said: string }[] }>(`/api/v1/messages/${id}/dialogue`);
    expect(lines.map(({ said }) => said)).toContain("RCPT TO:<parts@x.test>");
    expect((await get(`/api/v1/messages/${id}/attachments/9`)).status).toBe(404);
  });

  it("marks, searches and deletes", async () => {
    await send({ to: "mark@x.test", subject: "Findable needle", text: "x" });
    const { id } = await only("mark@x.test");
    const seen = await json<Listed>(`/api/v1/messages/${id}`, { method: "PUT", body: '{"seen": true}' });
    expect(seen.seen).toBe(true);
    expect((await get(`/api/v1/messages/${id}`, { method: "PUT", body: "{}" })).status).toBe(400);
    expect(
      (await json<{ messages: Listed[] }>("/api/v1/messages?q=needle")).messages.map((one) => one.id),
    ).toEqual([id]);
    expect(await json(`/api/v1/messages/${id}`, { method: "DELETE" })).toEqual({ removed: 1 });
    expect((await get(`/api/v1/messages/${id}`)).status).toBe(404);
    expect((await get("/api/v1/messages", { method: "POST" })).headers.get("allow")).toBe(
      "GET, HEAD, DELETE",
    );
  });

  it("finds what stands deep in a letter, and says so where nothing is found", async () => {
    await send({ to: "deep@x.test", subject: "Long", text: `${"padding ".repeat(500)}haystack` });
    const found = await json<{ total: number; skipped: number }>("/api/v1/messages?q=padding+haystack");
    expect(found).toMatchObject({ total: 1, skipped: 0 });
    const page = await (await get("/?q=%3Ci%3Enowhere")).text();
    expect(page).toContain("No letter has <code>&lt;i&gt;nowhere</code>");
    expect(page).toContain("Nothing found");
  });

  it("tells of what comes as it comes", async () => {
    const stream = await get("/api/v1/events");
    const reader = stream.body!.pipeThrough(new TextDecoderStream()).getReader();
    await send({ to: "events@x.test", subject: "Live", text: "x" });
    let text = "";
    while (!text.includes("event: added")) text += (await reader.read()).value ?? "";
    await reader.cancel();
    expect(stream.headers.get("content-type")).toContain("text/event-stream");
  });

  it("shows hostile letters as text, and their HTML where nothing can run", async () => {
    const evil = '<script>document.title="owned"</script>';
    await send({
      to: "evil@x.test",
      subject: evil,
      text: evil,
      html: `<p>${evil}<img src="http://tracker.test/x.gif"></p>`,
      attachments: [{ filename: `${evil}.html`, content: evil, contentType: "text/html" }],
    });
    const { id } = await only("evil@x.test");
    for (const tab of ["text", "source", "headers", "attachments", "html"]) {
      const page = await (await get(`/?id=${id}&tab=${tab}`)).text();
      expect(page).not.toContain(evil);
      expect(page).toContain("&lt;script&gt;");
    }
    const framed = await get(`/api/v1/messages/${id}/html`);
    expect(framed.headers.get("content-security-policy")).toBe(
      "sandbox; default-src 'none'; img-src data:; style-src 'unsafe-inline'; font-src data:",
    );
    const asked = await get(`/api/v1/messages/${id}/html?remote=1`);
    expect(asked.headers.get("content-security-policy")).toContain("img-src data: http: https:");
    const attached = await get(`/api/v1/messages/${id}/attachments/1`);
    expect(attached.headers.get("content-disposition")).toMatch(/^attachment; /);
    expect(attached.headers.get("content-security-policy")).toContain("sandbox");
    expect(attached.headers.get("x-content-type-options")).toBe("nosniff");
  });

  it("keeps other sites out (Host, Origin)", async () => {
    const { port } = new URL(app.url("web"));
    const status = (headers: Record<string, string>, method: string): Promise<number> =>
      new Promise((resolve, reject) => {
        request(
          { port, host: "127.0.0.1", path: "/api/v1/messages?mailbox=none", method, headers },
          (response) => {
            response.resume();
            resolve(response.statusCode ?? 0);
          },
        )
          .on("error", reject)
          .end();
      });
    expect(await status({ Host: "evil.test" }, "GET")).toBe(421);
    expect(await status({ Origin: "http://evil.test" }, "DELETE")).toBe(403);
    expect(await status({}, "DELETE")).toBe(200);
  });

  it("lists sessions that brought nothing, with the reason", async () => {
    const { port } = new URL(app.url("smtp").replace("smtp:", "http:"));
    const socket = connect(Number(port), "127.0.0.1");
    await once(socket, "data");
    socket.end("EHLO c.test\r\nMAIL FROM:<a@a.test> FOO=1\r\nQUIT\r\n");
    socket.resume();
    await once(socket, "close");
    const failed = async (): Promise<string> => JSON.stringify(await json("/api/v1/sessions"));
    await expect.poll(failed).toContain("555 5.5.4 Parameter not known: FOO");
    const sessions = await json("/api/v1/sessions");
    const [{ id }] = (sessions as { failed: { id: number }[] }).failed as [{ id: number }];
    for (const place of ["", `&session=${id}`]) {
      const page = await (await get(`/?view=failed${place}`)).text();
      expect(page).toContain("Refused: Parameter not known: FOO (to MAIL)");
      // What was said, and what it means.
      expect(page).toContain("FOO=1");
      expect(page).toContain("RFC 5321 §4.1.1.2");
    }
  });
});
