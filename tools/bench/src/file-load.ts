/** Load by FTP from python3, one process a session, and by SFTP from OpenSSH's own client: the same for every server. */
import { execFile } from "node:child_process";
import { chownSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { BenchError } from "./bench-error.ts";
import type { FileCase } from "./file-cases.ts";
import type { FileServer } from "./file-servers.ts";

const runFile = promisify(execFile);

export type Transfer = Pick<FileCase, "protocol" | "direction" | "files" | "octets" | "connections">;

/** Milliseconds that one run may take. */
const LONGEST = 120_000;
const MiB = 1024 * 1024;

/**
 * Logins come first and are not counted; then all sessions begin at once. It prints the seconds until the last one had
 * its last 226. A reply that is none of those it knows, or an octet too few, ends it.
 */
const program = `
import os, re, socket, sys, time
port, user, password, path, direction, files, octets, connections = sys.argv[1:9]
port, files, octets, connections = int(port), int(files), int(octets), int(connections)
PIECE = 1 << 20

class Session:
    def __init__(self):
        self.control = socket.create_connection(("127.0.0.1", port))
        self.control.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.text = b""
        self.buffer = bytearray(PIECE)
        self.piece = memoryview(b"x" * min(octets, PIECE))
        self.reply(b"220")
        if self.ask(b"USER " + user.encode(), b"331", b"230").startswith(b"331"): self.ask(b"PASS " + password.encode(), b"230")
        self.ask(b"TYPE I", b"200")

    def ask(self, line, *expected):
        self.control.sendall(line + b"\\r\\n")
        return self.reply(*expected)

    def reply(self, *expected):
        while True:
            line, end, rest = self.text.partition(b"\\r\\n")
            if end:
                self.text = rest
                if line[3:4] == b" ":
                    if line[:3] not in expected: sys.exit("%s instead of %s" % (line, expected))
                    return line
                continue
            more = self.control.recv(65536)
            if not more: sys.exit("the server ended the session")
            self.text += more

    def transfer(self, name):
        at = re.search(rb"\\|\\|\\|(\\d+)\\|", self.ask(b"EPSV", b"229"))
        data = socket.create_connection(("127.0.0.1", int(at[1])))
        self.ask((b"RETR " if direction == "get" else b"STOR ") + name, b"150", b"125")
        moved = 0
        if direction == "get":
            while True:
                count = data.recv_into(self.buffer)
                if count == 0: break
                moved += count
        else:
            while moved < octets:
                piece = self.piece[:octets - moved]
                data.sendall(piece)
                moved += len(piece)
        data.close()
        if moved != octets: sys.exit("%d octets instead of %d" % (moved, octets))
        self.reply(b"226")

ready, told = os.pipe(), os.pipe()
for number in range(connections):
    if os.fork() == 0:
        session = Session()
        os.write(ready[1], b".")
        os.read(told[0], 1)
        for file in range(number, files, connections): session.transfer(("%s/%d.bin" % (path, file)).encode())
        os._exit(0)
os.close(ready[1])
for number in range(connections):
    if not os.read(ready[0], 1): sys.exit("a session did not begin")
begun = time.monotonic()
os.write(told[1], b"." * connections)
for number in range(connections):
    if os.wait()[1] != 0: sys.exit("a session failed")
print(time.monotonic() - begun)
`;

/** Each run has a folder of its own, which goes with it. */
export async function transfer(server: FileServer, one: Transfer): Promise<{ readonly seconds: number }> {
  const name = `run-${process.hrtime.bigint()}`;
  const folder = makeFolder(server, name, one);
  try {
    return await transferIn(server, name, one);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** In the server's folder; for "get" with its files in it. It goes with the server. */
export function makeFolder(server: FileServer, name: string, one: Transfer): string {
  const folder = join(server.folder, name);
  mkdirSync(folder);
  // An anonymous user of vsftpd is somebody else.
  const { uid, gid } = statSync(server.folder);
  chownSync(folder, uid, gid);
  if (one.direction === "get") makeFiles(folder, one);
  return folder;
}

/** In a folder that was made for it. */
export async function transferIn(
  server: FileServer,
  name: string,
  one: Transfer,
): Promise<{ readonly seconds: number }> {
  const folder = join(server.folder, name);
  const at = `${server.path}/${name}`;
  const seconds = await (one.protocol === "ftp" ? byFtp(server, at, one) : bySftp(server, at, folder, one));
  if (one.direction === "put") expectFiles(folder, one);
  return { seconds };
}

async function byFtp(server: FileServer, path: string, one: Transfer): Promise<number> {
  const { port, user, password } = server;
  const amounts = [one.files, one.octets, one.connections].map(String);
  const args = ["-c", program, `${port}`, user, password, path, one.direction, ...amounts];
  const { stdout } = await runFile("python3", args, { timeout: LONGEST }).catch(failed);
  return Number(stdout);
}

/** Its login counts as well: some 0.2 s, the same for all. */
async function bySftp(server: FileServer, path: string, folder: string, one: Transfer): Promise<number> {
  const local = join(folder, "..", `local-${process.hrtime.bigint()}`);
  mkdirSync(local);
  try {
    if (one.direction === "put") makeFiles(local, one);
    const lines = Array.from({ length: one.files }, (_, file) =>
      one.direction === "get"
        ? `get ${path}/${file}.bin ${local}/${file}.bin`
        : `put ${local}/${file}.bin ${path}/${file}.bin`,
    );
    const batch = join(local, "batch");
    writeFileSync(batch, `${lines.join("\n")}\n`);
    const options = [
      "BatchMode=yes",
      "StrictHostKeyChecking=no",
      "UserKnownHostsFile=/dev/null",
      "LogLevel=ERROR",
    ];
    const args = ["-b", batch, "-i", server.identity, "-P", `${server.port}`];
    const begun = performance.now();
    await runFile(
      "sftp",
      [...args, ...options.flatMap((option) => ["-o", option]), `${server.user}@127.0.0.1`],
      { timeout: LONGEST },
    ).catch(failed);
    const seconds = (performance.now() - begun) / 1000;
    if (one.direction === "get") expectFiles(local, one);
    return seconds;
  } finally {
    rmSync(local, { recursive: true, force: true });
  }
}

function failed(error: unknown): never {
  throw new BenchError("LOAD", error instanceof Error ? error.message.slice(-2000) : String(error));
}

function makeFiles(folder: string, { files, octets }: Transfer): void {
  const piece = new Uint8Array(Math.min(octets, MiB)).fill(0x78);
  for (let file = 0; file < files; file++) {
    const path = join(folder, `${file}.bin`);
    for (let at = 0; at < octets; at += piece.length)
      writeFileSync(path, piece.subarray(0, octets - at), { flag: at === 0 ? "w" : "a", mode: 0o644 });
  }
}

function expectFiles(folder: string, { files, octets }: Transfer): void {
  const names = readdirSync(folder).filter((name) => name.endsWith(".bin"));
  const whole = names.filter((name) => statSync(join(folder, name)).size === octets);
  if (whole.length !== files) throw new BenchError("LOAD", `${whole.length} of ${files} files came whole`);
}
