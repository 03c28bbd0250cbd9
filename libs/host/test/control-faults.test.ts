/** Faults set with curl through the control socket, on a listener that echoes. */
import { execFile } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { once } from "node:events";
import { promisify } from "node:util";
import { Intercept, type Listener, listenTcp } from "@socketscope/socket-core";
import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { faultResources } from "../src/control-faults.ts";
import { openControlSocket } from "../src/control-socket.ts";
import { createLog, openStateFolder, Secrets, type StateFolder } from "../src/index.ts";

const execute = promisify(execFile);
const http = new Intercept();
const https = new Intercept();
/** Of an engine whose sockets a library reads. */
const library = new Intercept();
https.watch([]);
let state: StateFolder;
let control: Listener;
let echo: Listener;

beforeAll(async () => {
  state = await openStateFolder(mkdtempSync(join(tmpdir(), "host-faults-")));
  const log = createLog({ app: "x", format: "text", secrets: new Secrets(), write: () => {} });
  const resources = faultResources({ http, https, library });
  control = await openControlSocket({ state, app: "x", log, resources });
  echo = await listenTcp({ host: "127.0.0.1", port: 0, protocol: "echo", intercept: http }, (stream) =>
    stream.attach({
      data: (octets) => void stream.write(octets),
      ended: () => stream.linger("peer-ended"),
      drain() {},
      late() {},
      finish() {},
      closed() {},
    }),
  );
});
afterAll(async () => {
  await echo.drain(0);
  await control.drain(0);
});
afterEach(() => {
  http.replace([]);
  https.replace([]);
});

async function curl(verb: string, path: string, value?: unknown): Promise<{ status: number; body: unknown }> {
  const url = `http://control${path}`;
  const args = ["-sS", "--max-time", "10", "-X", verb, "-w", "\n%{http_code}", url];
  args.push("--unix-socket", state.file("x.sock"));
  if (value !== undefined) args.push("--json", typeof value === "string" ? value : JSON.stringify(value));
  const { stdout } = await execute("curl", args);
  const at = stdout.lastIndexOf("\n");
  const body: unknown = at === 0 ? undefined : JSON.parse(stdout.slice(0, at));
  return { status: Number(stdout.slice(at + 1)), body };
}

/** A client of the echo. */
async function talk() {
  const socket: Socket = connect(echo.address.port, "127.0.0.1");
  onTestFinished(() => void socket.destroy());
  const received: string[] = [];
  socket.on("data", (octets: Buffer) => void received.push(octets.toString()));
  await once(socket, "connect");
  return {
    socket,
    until: async (wanted: string) => {
      while (received.join("") !== wanted) await once(socket, "data");
    },
  };
}

interface HeldJson {
  readonly chunk: number;
  readonly listener: string;
}

/** The one chunk that is held, once it is. */
async function held(): Promise<HeldJson> {
  for (;;) {
    const { body } = await curl("GET", "/held");
    const [first] = body as HeldJson[];
    if (first !== undefined) return first;
  }
}

const edit = { on: "out", action: { type: "edit", find: "a", replace: "bb" } };
const hold = { on: "in", action: { type: "hold" } };

describe("/faults", () => {
  it("is empty until something is set, and then one listener's", async () => {
    const added = await curl("POST", "/faults/http", edit);
    expect(added).toEqual({ status: 200, body: { id: expect.any(String) as string, ...edit, acted: 0 } });
    const { body } = await curl("GET", "/faults");
    expect(Object.keys(body as object)).toEqual(["http", "https"]);
    expect(body).toMatchObject({
      http: { faults: [edit], waitingOctets: 0, limits: { faults: 64, holdMs: 300_000 } },
      https: { faults: [] },
    });
  });

  it("changes what a client gets, until it is gone", async () => {
    const { socket, until } = await talk();
    socket.write("a1");
    await until("a1");
    const { body } = await curl("POST", "/faults/http", edit);
    socket.write("a2");
    await until("a1bb2");
    expect((await curl("GET", "/faults/http")).body).toMatchObject({ faults: [{ acted: 1 }] });
    const { id } = body as { id: string };
    expect((await curl("DELETE", `/faults/http/${id}`)).status).toBe(204);
    socket.write("a3");
    await until("a1bb2a3");
    expect((await curl("DELETE", `/faults/http/${id}`)).status).toBe(404);
  });

  it("replaces all with PUT, or nothing where one cannot be read", async () => {
    await curl("PUT", "/faults/http", [edit, hold]);
    const refused = await curl("PUT", "/faults/http", [
      edit,
      { on: "in", action: { type: "delay", ms: -1 } },
    ]);
    expect(refused).toMatchObject({
      status: 400,
      body: { code: "FAULT", detail: "fault: action.ms: -1 is not a whole number of 0 to 300000" },
    });
    expect(http.faults.length).toBe(2);
    expect((await curl("DELETE", "/faults/http")).status).toBe(204);
    expect(http.faults).toEqual([]);
    await curl("POST", "/faults/http", edit);
    await curl("POST", "/faults/https", edit);
    expect((await curl("DELETE", "/faults")).status).toBe(204);
    expect([http.faults, https.faults]).toEqual([[], []]);
  });

  it.each<[string, string, unknown, number, string]>([
    ["POST", "/faults/library", edit, 404, "CONTROL_NO_LISTENER"],
    ["POST", "/faults/gopher", edit, 404, "CONTROL_NO_LISTENER"],
    ["POST", "/faults/constructor", edit, 404, "CONTROL_NO_LISTENER"],
    ["POST", "/faults/http", { on: "in", action: { type: "explode" } }, 400, "FAULT"],
    ["POST", "/faults/http", "{", 400, "CONTROL_JSON"],
    ["PUT", "/faults/http", edit, 400, "FAULT"],
    ["DELETE", "/faults/http/x", undefined, 404, "CONTROL_NO_FAULT"],
    ["DELETE", "/held/0", undefined, 404, "CONTROL_NOT_HELD"],
    ["POST", "/held/0", {}, 404, "CONTROL_NOT_HELD"],
  ])("%s %s with %o is answered %i %s", async (verb, path, value, status, code) => {
    expect(await curl(verb, path, value)).toMatchObject({ status, body: { code } });
  });
});

describe("/held", () => {
  it("shows what waits; POST lets it go as it is", async () => {
    await curl("POST", "/faults/http", hold);
    const { socket, until } = await talk();
    socket.write("wait");
    const { chunk, ...shown } = await held();
    expect(shown).toMatchObject({
      listener: "http",
      direction: "in",
      flow: { transport: "tcp", local: echo.address },
      faults: [http.faults[0]?.id],
      before: "wait",
      beforeLength: 4,
      after: "wait",
      afterLength: 4,
      behind: 0,
    });
    expect((await curl("POST", `/held/${chunk}`, {})).status).toBe(204);
    await until("wait");
    expect((await curl("POST", `/held/${chunk}`, {})).status).toBe(404);
  });

  it("POST with octets lets it go changed, DELETE discards it", async () => {
    await curl("POST", "/faults/http", hold);
    const { socket, until } = await talk();
    socket.write("one");
    const first = await held();
    expect((await curl("POST", `/held/${first.chunk}`, { octet: "x" })).status).toBe(400);
    expect((await curl("POST", `/held/${first.chunk}`, { octets: { hex: "31" } })).status).toBe(204);
    await until("1");
    socket.write("two");
    expect((await curl("DELETE", `/held/${(await held()).chunk}`)).status).toBe(204);
    await curl("DELETE", "/faults");
    socket.write("3");
    await until("13");
  });

  it("POST with an answer sends it to the peer, and our side never hears the question", async () => {
    await curl("POST", "/faults/http", hold);
    const { socket, until } = await talk();
    socket.write("question");
    const first = await held();
    const both = { octets: "x", answer: "y" };
    expect((await curl("POST", `/held/${first.chunk}`, both)).status).toBe(400);
    expect((await curl("POST", `/held/${first.chunk}`, { answer: "by hand\r\n" })).status).toBe(204);
    await until("by hand\r\n");
    await curl("DELETE", "/faults");
    socket.write("echo");
    await until("by hand\r\necho");
  });

  it("shows the beginning in the list, the whole by itself, and as hex what is no text", async () => {
    await curl("POST", "/faults/http", hold);
    const { socket } = await talk();
    socket.write(Buffer.alloc(2000, 0xff));
    const first = await held();
    expect(first).toMatchObject({ before: { hex: "ff".repeat(1024) }, beforeLength: 2000 });
    const { body } = await curl("GET", `/held/${first.chunk}`);
    expect(body).toMatchObject({ before: { hex: "ff".repeat(2000) } });
  });
});
