/// <reference lib="esnext.disposable" />
/**
 * Records what real programs say to a real vsftpd and a real pyftpdlib on the control connection, an NDJSON file each:
 *
 *     npx tsx --conditions=@socketscope/source libs/ftp/test/recordings/record.ts VSFTPD
 *
 * VSFTPD is the program, unpacked with `dpkg -x` (its package conflicts with other servers). Needs root, curl, lftp,
 * python3 with pyftpdlib. Loopback only.
 */
import { spawn, type ChildProcess } from "node:child_process";
import { chmodSync, mkdirSync, truncateSync, writeFileSync } from "node:fs";
import { createConnection } from "node:net";
import { join } from "node:path";
import { Recorder, run, TemporaryFolder } from "@socketscope/testkit";

const SERVER_PORT = 29_021;

async function listening(): Promise<void> {
  for (;;) {
    const open = await new Promise<boolean>((resolve) => {
      const socket = createConnection({ port: SERVER_PORT, host: "127.0.0.1" });
      socket.once("connect", () => resolve(true));
      socket.once("error", () => resolve(false));
      socket.once("connect", () => socket.destroy());
    });
    if (open) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

function vsftpd(program: string, folder: string): ChildProcess {
  const settings = {
    listen: "YES",
    listen_address: "127.0.0.1",
    listen_port: SERVER_PORT,
    background: "NO",
    anonymous_enable: "YES",
    anon_root: join(folder, "pub"),
    write_enable: "YES",
    anon_upload_enable: "YES",
    anon_mkdir_write_enable: "YES",
    anon_other_write_enable: "YES",
    ftp_username: "nobody",
    run_as_launching_user: "YES",
    secure_chroot_dir: join(folder, "empty"),
    seccomp_sandbox: "NO",
    xferlog_enable: "NO",
  };
  const file = join(folder, "vsftpd.conf");
  writeFileSync(
    file,
    Object.entries(settings)
      .map(([name, value]) => `${name}=${value}\n`)
      .join(""),
  );
  return spawn(program, [file]);
}

function pyftpdlib(folder: string): ChildProcess {
  return spawn("/usr/bin/python3", [
    "-m",
    "pyftpdlib",
    "-i",
    "127.0.0.1",
    "-p",
    String(SERVER_PORT),
    "-w",
    "-d",
    folder,
  ]);
}

const ABORTING = `
import ftplib, sys
ftp = ftplib.FTP()
ftp.connect("127.0.0.1", int(sys.argv[1]))
ftp.login()
ftp.voidcmd("TYPE I")
connection = ftp.transfercmd("RETR upload/huge")
connection.recv(1000)
ftp.putcmd("ABOR")
connection.close()
print(ftp.getmultiline())
print(ftp.getmultiline())
ftp.quit()
`;

async function record(
  name: string,
  server: ChildProcess,
  talk: (port: number) => Promise<unknown>,
): Promise<void> {
  try {
    await listening();
    await using recorder = await Recorder.start(SERVER_PORT);
    await talk(recorder.port);
    // The last reply and the ends are still on their way.
    await new Promise((resolve) => setTimeout(resolve, 300));
    writeFileSync(new URL(`${name}.ndjson`, import.meta.url), recorder.ndjson);
  } finally {
    server.kill("SIGKILL");
    await new Promise((resolve) => server.once("exit", resolve));
  }
}

const [program = "vsftpd"] = process.argv.slice(2);
using folder = new TemporaryFolder("recorded");
for (const name of ["pub/upload", "empty"]) mkdirSync(join(folder.path, name), { recursive: true });
chmodSync(join(folder.path, "pub/upload"), 0o777);
writeFileSync(join(folder.path, "pub/hello.txt"), "hello\n");
writeFileSync(join(folder.path, "pub/upload/huge"), "");
truncateSync(join(folder.path, "pub/upload/huge"), 64 * 1024 * 1024);

await record("vsftpd-curl", vsftpd(program, folder.path), async (port) => {
  const url = `ftp://127.0.0.1:${port}`;
  await run("curl", ["-sS", `${url}/hello.txt`, `${url}/`, `${url}/missing`]);
  await run("curl", ["-sS", "-T", "-", `${url}/upload/new`, "-Q", "-RNFR new", "-Q", "-RNTO newer"], {
    input: "new\n",
  });
});
await record("vsftpd-lftp", vsftpd(program, folder.path), (port) =>
  run("lftp", [
    "--norc",
    "-c",
    `set net:max-retries 1; open ftp://127.0.0.1:${port}; mkdir upload/d; cls -l upload; quote STAT; bye`,
  ]),
);
await record("vsftpd-abort", vsftpd(program, folder.path), (port) =>
  run("python3", ["-c", ABORTING, String(port)]),
);
await record("pyftpdlib-curl", pyftpdlib(join(folder.path, "pub")), async (port) => {
  const url = `ftp://127.0.0.1:${port}`;
  await run("curl", [
    "-sS",
    "--disable-epsv",
    `${url}/hello.txt`,
    "-Q",
    "FEAT",
    "-Q",
    "MLST hello.txt",
    "-Q",
    "XYZZY",
  ]);
  await run("curl", ["-sS", "-Q", "FEAT", "-Q", "MLST hello.txt", "-Q", "PWD", `${url}/`]);
});
