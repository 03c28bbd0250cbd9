/** TLS as it travelled, with its keys: on request only, and then Wireshark reads all of it. */
import { readFileSync, statSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { join } from "node:path";
import {
  realClient,
  run,
  type RunningApp,
  spawnApp,
  TemporaryFolder,
  workspaceRoot,
  PATIENCE_MS,
} from "@socketscope/testkit";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import type { SocketView } from "../src/views.ts";
import type { Snapshot } from "./support/snapshot.ts";
import { tshark } from "./support/tshark.ts";

const PASSWORD = "wonderland-7";

realClient("tshark", "curl", "swaks", "lftp").describe("a capture with TLS's keys", () => {
  let folder: TemporaryFolder;
  let inspector: RunningApp;
  /** Where the captures are dropped. */
  let shelf: RunningApp;
  const apps: RunningApp[] = [];
  let sockets: readonly SocketView[] = [];
  /** By the export. */
  let said = "";
  const file = (name: string): string => join(folder.path, name);

  async function snapshot(of = inspector): Promise<Snapshot> {
    return (await (await fetch(`${of.url("page")}/api/snapshot`)).json()) as Snapshot;
  }

  /** One row for each packet. */
  async function fields<const Name extends string>(
    name: string,
    wanted: Readonly<Record<Name, string>>,
  ): Promise<readonly Readonly<Record<Name, string>>[]> {
    const names = Object.keys(wanted) as Name[];
    const checks = ["-o", "tcp.check_checksum:TRUE", "-o", "ip.check_checksum:TRUE"];
    const text = await tshark(
      file(name),
      ...checks,
      "-T",
      "fields",
      ...names.flatMap((one) => ["-e", wanted[one]]),
    );
    return text
      .replace(/\n$/, "")
      .split("\n")
      .map((line) => {
        const cells = line.split("\t");
        return Object.fromEntries(names.map((one, index) => [one, cells[index] ?? ""])) as Record<
          Name,
          string
        >;
      });
  }

  async function exported(name: string, ...words: readonly string[]): Promise<string> {
    const command = ["--import", "tsx", "--conditions=@socketscope/source", "apps/inspector/src/main.ts"];
    const asked = ["export", file(name), "--pcapng", ...words, "--state", file("state")];
    const { code, stderr } = await run(process.execPath, [...command, ...asked], { cwd: workspaceRoot });
    expect(code).toBe(0);
    return stderr;
  }

  beforeAll(async () => {
    folder = new TemporaryFolder("inspector-keys");
    const state = ["--state", file("state")];
    inspector = await spawnApp("inspector", state);
    shelf = await spawnApp("inspector", ["--state", file("shelf")]);
    for (const [name, ...more] of [
      ["web-server"],
      ["mail-relay", `--user=ann@lab.test:${PASSWORD}`, "--local-domain=lab.test"],
      ["file-transfer", `--user=ann:${PASSWORD}`],
    ] as const)
      apps.push(await spawnApp(name, [...state, "--inspect-wire", ...more]));
    await vi.waitUntil(async () => (await snapshot()).sources.length === 3, PATIENCE_MS);
    const [web, mail, files] = apps;
    const ca = web?.ready.ca ?? "";
    const https = web?.url("https") ?? "";
    const port = (app: RunningApp | undefined, name: string): string => new URL(app?.url(name) ?? "").port;
    for (const most of ["1.3", "1.2"])
      await run("curl", ["-s", "--cacert", ca, "--tls-max", most, `${https}/over-tls-${most}`]);
    const server = ["--server", `127.0.0.1:${port(mail, "submission")}`, "--tls"];
    const letter = ["--from", "ann@lab.test", "--to", "ann@lab.test", "--body", "read by Wireshark"];
    const login = ["--auth", "PLAIN", "--auth-user", "ann@lab.test", "--auth-password", PASSWORD];
    await run("swaks", [...server, ...letter, ...login]);
    const box = ["-s", "--cacert", ca, "-u", `ann@lab.test:${PASSWORD}`];
    await run("curl", [...box, `pop3s://127.0.0.1:${port(mail, "pop3s")}/`]);
    writeFileSync(file("song"), "la la la ".repeat(4000));
    const ftp = `open ftp://ann:${PASSWORD}@127.0.0.1:${port(files, "ftp")}`;
    await run("lftp", ["-c", `set ssl:ca-file ${ca}; ${ftp}; put ${file("song")}`]);
    await run("curl", ["-s", "--cacert", file("song"), `${https}/never-asked`]);
    await vi.waitUntil(async () => {
      ({ sockets } = await snapshot());
      return sockets.length >= 7 && sockets.every(({ closed }) => closed !== undefined);
    }, PATIENCE_MS);
    said = await exported("keys.pcapng", "--tls-keys");
    await exported("real.pcapng", "--tls-keys", "--ports", "real");
    await exported("plain.pcapng");
  });
  afterAll(async () => {
    for (const app of [...apps, shelf, inspector]) await app[Symbol.asyncDispose]();
    folder[Symbol.dispose]();
  });

  it("is for its owner alone, and only asked for by whom the state folder belongs to", async () => {
    expect(said).toContain("whoever has it reads their passwords");
    expect(statSync(file("keys.pcapng")).mode & 0o777).toBe(0o600);
    const refused = await fetch(`${inspector.url("page")}/capture.pcapng?once&tls-keys`);
    expect([refused.status, await refused.text()]).toEqual([403, expect.stringContaining("--show-secrets")]);
    // The password stands there for those who have the keys; neither is in what was not asked for so.
    for (const sink of [
      readFileSync(file("plain.pcapng")).toString("latin1"),
      await (await fetch(`${inspector.url("page")}/recording.ndjson`)).text(),
      JSON.stringify(await snapshot()),
    ]) {
      expect(sink).not.toMatch(/CLIENT_RANDOM|TRAFFIC_SECRET/);
      expect(sink).not.toContain(PASSWORD);
    }
    expect(readFileSync(file("keys.pcapng")).toString("latin1")).toMatch(
      /CLIENT_RANDOM[^]*TRAFFIC_SECRET_0|TRAFFIC_SECRET_0[^]*CLIENT_RANDOM/,
    );
  });

  it.each([
    ["by well-known ports", "keys.pcapng"],
    ["by its own ports", "real.pcapng"],
  ])(
    "has no error, and tshark reads what is in TLS 1.2, TLS 1.3 and behind STARTTLS: %s",
    async (_, name) => {
      const rows = await fields(name, {
        faults: "tcp.analysis.flags",
        malformed: "_ws.malformed",
        severity: "_ws.expert.severity",
        sums: "tcp.checksum.status",
        tls: "tls.record.content_type",
        version: "_ws.col.Protocol",
        http: "http.request.uri",
        smtp: "smtp.req.command",
        pop: "pop.request.command",
        ftp: "ftp.request.command",
        words: "ftp.request.arg",
        comment: "frame.comment",
      });
      for (const { faults, malformed, severity, sums } of rows) {
        expect([faults, malformed]).toEqual(["", ""]);
        expect(severity).not.toContain("8388608");
        expect(sums).toBe("1");
      }
      // Only what stands in a record of TLS.
      const inside = rows.filter(({ tls }) => tls !== "");
      const words = (what: "http" | "smtp" | "pop" | "ftp" | "words"): readonly string[] =>
        inside.map((row) => row[what]).filter((word) => word !== "");
      expect(words("http")).toEqual(["/over-tls-1.3", "/over-tls-1.2"]);
      expect(inside.map(({ comment }) => comment).join()).toContain("Client: Asks for the resource");
      const data = "nothing else travels on this socket";
      // By the well-known ports Wireshark follows FTP's talk, and takes the data for FTP's as it was announced there.
      expect(inside.some(({ comment }) => comment.includes(data))).toBe(name === "real.pcapng");
      if (name === "real.pcapng") return;
      expect(words("smtp")).toEqual(["EHLO", "AUTH", "MAIL", "RCPT", "DATA", "QUIT"]);
      expect(words("pop")[0]).toBe("CAPA");
      expect(words("ftp")).toEqual(expect.arrayContaining(["USER", "PASS", "STOR"]));
      expect(words("words")).toContain(PASSWORD);
    },
  );

  it("is followed by tshark to the octets that the servers told above TLS", async () => {
    const streams = await fields("real.pcapng", { stream: "tcp.stream", ports: "tcp.port" });
    const asked = sockets.filter(({ tls, protocol }) => tls !== undefined && protocol !== "ftp-data");
    expect(asked.length).toBe(5);
    const numbers = asked.map(
      ({ remote }) => streams.find(({ ports }) => ports.split(",").includes(String(remote.port)))?.stream,
    );
    const wanted = numbers.flatMap((number) => ["-z", `follow,tls,raw,${number}`]);
    const blocks = (await tshark(file("real.pcapng"), "-q", ...wanted)).split(/^=+$/m);
    for (const [index, { key, remote, protocol }] of asked.entries()) {
      const followed = blocks.find((block) => block.includes(`tcp.stream eq ${numbers[index]}\n`)) ?? "";
      const [, first] = /^Node 0: .*:(\d+)$/m.exec(followed) ?? [];
      const followedTo = { in: "", out: "" };
      for (const line of followed.split("\n").filter((one) => /^\t?[\da-f]+$/.test(one)))
        followedTo[line.startsWith("\t") === (first === String(remote.port)) ? "out" : "in"] += line.trim();
      for (const direction of ["in", "out"] as const) {
        const ours = await fetch(`${inspector.url("page")}/api/sockets/${key}/octets/${direction}`);
        const hex = Buffer.from(await ours.arrayBuffer()).toString("hex");
        // Passwords are masked there; and before an upgrade nothing is in TLS.
        if (protocol === "http") expect(followedTo[direction]).toBe(hex);
        else expect(followedTo[direction].length).toBeGreaterThan(0);
      }
    }
  });

  /** All that a row says but when, and what stands for the layer below: socket by socket. */
  function rowsOf({ sockets: all, messages }: Snapshot): unknown {
    return all
      .filter(({ tls }) => tls !== undefined)
      .map(({ key, protocol, tls, client, octets, remote, local, parent, reason, faults }) => ({
        socket: { protocol, tls, client, octets, remote, local, reason, faults },
        parent: all.find((one) => one.key === parent)?.remote,
        rows: messages
          .filter(({ socket }) => socket === key)
          .map((row) => ({ ...row, socket: 0, order: 0, at: 0 })),
      }));
  }

  it.each(["keys.pcapng", "real.pcapng"])(
    "shows the same rows when it is dropped on the page: %s",
    async (name) => {
      const { sockets: before } = await snapshot(shelf);
      const response = await fetch(`${shelf.url("page")}/api/import`, {
        method: "POST",
        body: readFileSync(file(name)),
      });
      expect([response.status, await response.json()]).toEqual([
        200,
        expect.objectContaining({ warnings: [] }) as unknown,
      ]);
      const after = await snapshot(shelf);
      const dropped = { ...after, sockets: after.sockets.slice(before.length) };
      const live = await snapshot();
      expect(rowsOf(dropped)).toEqual(rowsOf(live));
      expect((rowsOf(dropped) as unknown[]).length).toBe(6);
      // The password is masked here as it is there.
      expect(JSON.stringify(dropped)).not.toContain(PASSWORD);
      // Whose client has no authority to trust.
      const keys = dropped.sockets.map(({ key }) => key);
      const unopened = dropped.messages.filter(
        ({ socket, said }) => keys.includes(socket) && said.includes("not opened"),
      );
      expect(unopened.map(({ means }) => means)).toEqual([
        "Not known: the handshake did not come to its end.",
      ]);
    },
  );

  it("goes on as it happens, over the socket in the state folder, and is read so", async () => {
    const gathered: Buffer[] = [];
    const socketPath = join(file("state"), "inspector-control.sock");
    const asking = request({ socketPath, path: "/capture.pcapng?tls-keys" }, (response) =>
      response.on("data", (octets: Buffer) => gathered.push(octets)),
    ).end();
    const seen = (): string => Buffer.concat(gathered).toString("latin1");
    await expect.poll(() => seen().includes("TRAFFIC_SECRET")).toBe(true);
    const before = seen().length;
    await run("curl", ["-s", "--cacert", apps[0]?.ready.ca ?? "", `${apps[0]?.url("https")}/while-it-ran`]);
    await expect.poll(() => seen().slice(before).includes("Why it ended")).toBe(true);
    asking.destroy();
    writeFileSync(file("live.pcapng"), Buffer.concat(gathered));
    expect(await tshark(file("live.pcapng"), "-Y", 'tls && http.request.uri == "/while-it-ran"')).not.toBe(
      "",
    );
  });
});
