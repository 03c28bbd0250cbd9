/** As it starts by default, the relay says nothing to anybody beyond this machine, whomever a letter is for. */
import { join } from "node:path";
import { namespaces, NetworkPair, programPath, TemporaryFolder } from "@socketscope/testkit";
import { expect, it } from "vitest";

/** Prints a line for each packet that leaves by the cable, but for what the kernel says by itself for IPv6 (ICMPv6). */
const WATCH = `
import socket
s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.ntohs(3))
s.bind(("cable", 0))
print("ready", flush=True)
while True:
    octets, where = s.recvfrom(2000)
    if where[2] == 4 and not (where[1] == 0x86dd and octets[20] in (0, 58)): print("left", hex(where[1]), flush=True)
`;

const SPEAK = `
import socket
socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"x", ("192.0.2.1", 53))
`;

const node = ["--import", "tsx", "--conditions=@socketscope/source"];
const ports = ["port", "submission-port", "smtps-port", "pop3-port", "pop3s-port", "web-port"];

namespaces.describe("a relay as it starts", () => {
  it("says nothing to anybody beyond this machine", async () => {
    using folder = new TemporaryFolder("nothing-leaves");
    using pair = new NetworkPair();
    const { here, there } = pair;
    const python = programPath("python3");
    await here.run("ip", ["route", "add", "default", "via", there.ipv4]);
    const watcher = here.spawn(python, ["-c", WATCH]);
    await watcher.line((line) => line === "ready");
    const relay = here.spawn(process.execPath, [
      ...node,
      "apps/mail-relay/src/main.ts",
      "--json",
      `--state=${join(folder.path, "state")}`,
      ...ports.map((port) => `--${port}=0`),
    ]);
    const ready = await relay.line(() => true, 60_000);
    const port = /"smtp:\/\/127\.0\.0\.1:(\d+)"/.exec(ready)?.[1] ?? "";
    const letter = [
      "-s",
      `127.0.0.1:${port}`,
      "-f",
      "ann@example.org",
      "-t",
      "bob@example.com",
      "--text",
      "Hi",
    ];
    const sent = await here.run(process.execPath, [
      ...node,
      "apps/mail-client/src/main.ts",
      "send",
      ...letter,
    ]);
    expect(sent).toMatchObject({ code: 0 });
    await relay.stop();
    expect(watcher.stdout).toBe("ready\n");
    // The watch would have seen it.
    await here.run(python, ["-c", SPEAK]);
    expect(await watcher.line((line) => line.startsWith("left"))).toMatch(/^left 0x80[06]/);
    await watcher.stop();
  });
});
