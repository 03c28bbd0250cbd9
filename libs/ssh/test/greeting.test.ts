import { describe, expect, it } from "vitest";
import { knowsGcm } from "../src/greeting.ts";

const KEXINIT = 20;

/** A client's line and the packet behind it, with these ciphers to us and from us. */
function greeting(line: string, to: string, from = to, { number = KEXINIT } = {}): Buffer {
  const lists = ["curve25519-sha256", "ssh-ed25519", to, from, "hmac-sha2-256", "", "none", "none", "", ""];
  const payload = Buffer.concat([
    Buffer.from([number]),
    Buffer.alloc(16, 0x0a),
    ...lists.flatMap((list) => [u32(list.length), Buffer.from(list)]),
    Buffer.alloc(5),
  ]);
  return Buffer.concat([
    Buffer.from(line),
    u32(payload.length + 5),
    Buffer.from([4]),
    payload,
    Buffer.alloc(4),
  ]);
}

function u32(value: number): Buffer {
  const octets = Buffer.alloc(4);
  octets.writeUInt32BE(value);
  return octets;
}

const OPENSSH = "SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n";
const USUAL = "chacha20-poly1305@openssh.com,aes128-ctr,aes128-gcm@openssh.com,aes256-gcm@openssh.com";

describe("whether a client knows AES-GCM", () => {
  it.each([
    ["OpenSSH as it is", greeting(OPENSSH, USUAL), true],
    ["OpenSSH with -c aes256-ctr", greeting(OPENSSH, "aes256-ctr"), false],
    ["one direction only", greeting(OPENSSH, USUAL, "aes128-ctr"), false],
    ["another client, all at once", greeting("SSH-2.0-Go\r\n", "aes256-gcm@openssh.com,aes256-ctr"), true],
    ["LF alone ends its line", greeting("SSH-2.0-Go\n", "aes128-gcm@openssh.com"), true],
    ["a name that holds the other", greeting(OPENSSH, "aes128-gcm@openssh.com.example"), false],
    ["something else than KEXINIT", greeting(OPENSSH, USUAL, USUAL, { number: 2 }), false],
    [
      "a packet longer than anybody has to take",
      Buffer.concat([Buffer.from(OPENSSH), u32(0xffff_ffff)]),
      false,
    ],
    [
      "lists that end behind their packet",
      Buffer.concat([Buffer.from(OPENSSH), u32(30), Buffer.from([4, KEXINIT]), Buffer.alloc(28, 0x7f)]),
      false,
    ],
    ["no line", Buffer.alloc(255, 0x61), false],
    ["no SSH", Buffer.from("GET / HTTP/1.1\r\n\r\n"), false],
  ])("%s", (_, said, knows) => {
    expect(knowsGcm(said)).toBe(knows);
  });

  it("OpenSSH's is waited for at every octet", () => {
    const said = greeting(OPENSSH, USUAL);
    for (let length = 0; length < said.length; length++)
      expect(knowsGcm(said.subarray(0, length)), `${length} octets`).toBe(undefined);
  });

  it("of another client only its line is waited for: it may wait for ours", () => {
    const line = "SSH-2.0-Test\r\n";
    const said = greeting(line, USUAL);
    for (let length = 0; length < said.length; length++)
      expect(knowsGcm(said.subarray(0, length)), `${length} octets`).toBe(
        length < line.length ? undefined : false,
      );
  });
});
