/** What was recorded is shown again as it was: SMTP beyond STARTTLS, FTP with its data connections, row by row. */
import { mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  realClient,
  run,
  type RunningApp,
  type RunResult,
  Spawned,
  spawnApp,
  TemporaryFolder,
  workspaceRoot,
  PATIENCE_MS,
} from "@socketscope/testkit";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import type { Snapshot } from "./support/snapshot.ts";

const MAIN = ["--import", "tsx", "--conditions=@socketscope/source", "apps/inspector/src/main.ts"];
/** Larger than one read, one segment and one record of TLS. */
const FILE = Buffer.alloc(300_000, "a file that takes several reads, ");

realClient("swaks", "lftp", "curl").describe("a talk that was recorded", () => {
  let folder: TemporaryFolder;
  let inspector: RunningApp;
  let shelf: RunningApp;
  let recorder: Spawned;
  const apps: RunningApp[] = [];
  let live: Snapshot;

  const file = (name: string): string => join(folder.path, name);
  const command = (...words: readonly string[]): Promise<RunResult> =>
    run(process.execPath, [...MAIN, ...words, "--state", file("state")], { cwd: workspaceRoot });

  async function snapshot(of: RunningApp): Promise<Snapshot> {
    return (await (await fetch(`${of.url("page")}/api/snapshot`)).json()) as Snapshot;
  }

  beforeAll(async () => {
    folder = new TemporaryFolder("inspector-again");
    const state = ["--state", file("state")];
    inspector = await spawnApp("inspector", state);
    recorder = new Spawned(process.execPath, [...MAIN, "record", file("live.ndjson"), ...state], {
      cwd: workspaceRoot,
    });
    apps.push(await spawnApp("mail-relay", [...state, "--user", "ann@lab.test:wonder"]));
    apps.push(await spawnApp("file-transfer", [...state, "--user", "ann:wonder"]));
    shelf = await spawnApp("inspector", ["--state", file("shelf")]);
    await vi.waitUntil(async () => (await snapshot(inspector)).sources.length === 2, PATIENCE_MS);
    await vi.waitUntil(() => recorder.stderr.includes("recording to"), PATIENCE_MS);
    await talk();
    live = await snapshot(inspector);
  });
  afterAll(async () => {
    for (const app of [...apps, shelf, inspector]) await app[Symbol.asyncDispose]();
    await recorder[Symbol.asyncDispose]();
    folder[Symbol.dispose]();
  });

  async function talk(): Promise<void> {
    const [mail, files] = apps;
    const ca = mail?.ready.ca ?? "";
    const smtp = (mail?.url("smtp") ?? "").replace("smtp://", "");
    const letter = [
      "--server",
      smtp,
      "--from",
      "ann@lab.test",
      "--to",
      "bob@lab.test",
      "--tls",
      "--tls-ca-path",
      ca,
    ];
    const sent = await run("swaks", [...letter, "--auth", "LOGIN", "-au", "ann@lab.test", "-ap", "wonder"]);
    expect(sent.code).toBe(0);
    writeFileSync(file("up"), FILE);
    const ftp = (files?.url("ftp") ?? "").replace("ftp://", "");
    const put = await run("curl", ["-sS", "-T", file("up"), `ftp://ann:wonder@${ftp}/plain`]);
    expect(put).toMatchObject({ code: 0, stderr: "" });
    const words = `open ftp://ann:wonder@${ftp}; put ${file("up")} -o secret; get secret -o ${file("back")}`;
    const both = await run("lftp", ["-c", `set ssl:ca-file ${ca}; ${words}`], { env: { HOME: folder.path } });
    expect(both).toMatchObject({ code: 0, stderr: "" });
    expect(readFileSync(file("back")).equals(FILE)).toBe(true);
    await vi.waitUntil(async () => {
      const { sockets } = await snapshot(inspector);
      return sockets.length >= 6 && sockets.every(({ closed }) => closed !== undefined);
    }, PATIENCE_MS);
  }

  /** All that a row of the page says, socket by socket; times in microseconds, as captures have them. */
  function rowsOf({ sockets, messages }: Snapshot): unknown {
    return sockets.map(({ key, protocol, tls, client, octets, parent, reason, faults }) => ({
      socket: {
        protocol,
        tls,
        client,
        octets,
        reason,
        faults,
        parent: sockets.findIndex((one) => one.key === parent),
      },
      rows: messages
        .filter(({ socket }) => socket === key)
        .map((row) => ({ ...row, socket: 0, order: 0, at: Math.round(row.at * 1000) })),
    }));
  }

  async function again(path: string): Promise<Snapshot> {
    const before = await snapshot(shelf);
    const response = await fetch(`${shelf.url("page")}/api/import`, {
      method: "POST",
      body: readFileSync(path),
    });
    expect({ status: response.status, body: await response.json() }).toMatchObject({
      status: 200,
      body: { warnings: [] },
    });
    const after = await snapshot(shelf);
    return { ...after, sockets: after.sockets.slice(before.sockets.length) };
  }

  it("holds what it is about", () => {
    const { sockets } = live;
    const spoken = sockets.map(({ protocol, tls }) => `${protocol}${tls === undefined ? "" : " under TLS"}`);
    expect(spoken.toSorted()).toEqual([
      "ftp",
      "ftp under TLS",
      "ftp-data",
      "ftp-data under TLS",
      "ftp-data under TLS",
      "smtp under TLS",
    ]);
  });

  it("is the same from `export`", async () => {
    expect((await command("export", file("talk.ndjson"))).code).toBe(0);
    expect(rowsOf(await again(file("talk.ndjson")))).toEqual(rowsOf(live));
  });

  it.each(["real", "well-known"])(
    "is the same from a capture for Wireshark, with %s ports",
    async (ports) => {
      const path = file(`${ports}.pcapng`);
      const response = await fetch(`${inspector.url("page")}/capture.pcapng?once&ports=${ports}`);
      writeFileSync(path, Buffer.from(await response.arrayBuffer()));
      expect(rowsOf(await again(path))).toEqual(rowsOf(live));
    },
  );

  it("is the same from `record`, which wrote it as it happened and ends by Control and C", async () => {
    const path = file("live.ndjson");
    await expect.poll(() => readFileSync(path, "utf8").match(/"closed"/g)?.length).toBe(live.sockets.length);
    recorder.kill("SIGINT");
    expect(await recorder.exited).toBe(0);
    expect(recorder.stderr).toContain(`${statSync(path).size} octets in ${path}`);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readFileSync(path, "latin1")).not.toContain(Buffer.from("wonder").toString("base64"));
    expect(rowsOf(await again(path))).toEqual(rowsOf(live));
  });

  it("is not written over a file that is there", async () => {
    mkdirSync(file("there"));
    const { code, stderr } = await command("record", file("there"));
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining("EEXIST") as string });
  });
});
