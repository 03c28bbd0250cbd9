/** Addresses, names, sizes, times and features in the words of real servers. */
import { encodeUtf8, ReceiveBuffer } from "@socketscope/wire";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  formatExtendedPort,
  formatPort,
  parseDescribed,
  parseExtendedPassive,
  parseFeatures,
  parseModified,
  parsePassive,
  parseQuotedPath,
  parseSize,
  type Reply,
} from "../../src/index.ts";
import { ReplyReader } from "../../src/replies.ts";

function read(text: string): Reply {
  const buffer = new ReceiveBuffer();
  buffer.push(encodeUtf8(text));
  const reply = new ReplyReader().next(buffer);
  if (reply === undefined) throw new TypeError("this is no whole reply");
  return reply;
}

const said = (...lines: readonly string[]): Reply => ({ code: 200, lines });

describe("227 (RFC 1123 §4.1.2.6)", () => {
  it.each<readonly [text: string, address: string | undefined]>([
    ["Entering Passive Mode (127,0,0,1,205,198).", "127.0.0.1 52678"],
    ["Entering Passive Mode (127,0,0,1,133,137)", "127.0.0.1 34185"],
    ["Entering Passive Mode 10,1,2,3,0,21", "10.1.2.3 21"],
    ["=127,0,0,1,4,1", "127.0.0.1 1025"],
    ["Entering Passive Mode (127,0,0,1,205)", undefined],
    ["Entering Passive Mode (127,0,0,256,1,1)", undefined],
    ["Entering Passive Mode (127,0,0,1,0,0)", undefined],
    ["Entering Passive Mode (1270,0,0,1,1,1)", undefined],
    ["", undefined],
  ])("%s", (text, address) => {
    const found = parsePassive(said(text));
    expect(found && `${found.host} ${found.port}`).toBe(address);
  });
});

describe("229 (RFC 2428 §3)", () => {
  it.each<readonly [text: string, port: number | undefined]>([
    ["Entering Extended Passive Mode (|||31644|)", 31644],
    ["Extended Passive mode OK (|||11299|)", 11299],
    ["Entering (!!!1!)", 1],
    ["Entering (|||0|)", undefined],
    ["Entering (|||65536|)", undefined],
    ["Entering (||!5|)", undefined],
    ["Entering |||5|", undefined],
  ])("%s", (text, port) => {
    expect(parseExtendedPassive(said(text))).toBe(port);
  });
});

it("PORT and EPRT say where we listen; PORT is read back by who reads 227", () => {
  expect(formatPort({ host: "127.0.0.1", port: 4711 })).toBe("127,0,0,1,18,103");
  expect(formatExtendedPort({ host: "127.0.0.1", port: 4711 })).toBe("|1|127.0.0.1|4711|");
  expect(formatExtendedPort({ host: "::1", port: 4711 })).toBe("|2|::1|4711|");
  fc.assert(
    fc.property(fc.ipV4(), fc.integer({ min: 1, max: 65_535 }), (host, port) => {
      expect(parsePassive(said(`(${formatPort({ host, port })})`))).toEqual({ host, port });
    }),
  );
});

describe("257 (RFC 959 App. II)", () => {
  it.each<readonly [text: string, path: string | undefined]>([
    ['"/" is the current directory', "/"],
    ['"/a ""b"" c" created', '/a "b" c'],
    ['"/tmp/x"', "/tmp/x"],
    ['"" ', ""],
    ["/tmp", undefined],
    ['"/tmp', undefined],
  ])("%s", (text, path) => {
    expect(parseQuotedPath(said(text))).toBe(path);
  });
});

describe("213", () => {
  it.each<readonly [text: string, size: number | undefined]>([
    ["5368709120", 5_368_709_120],
    ["0", 0],
    ["-1", undefined],
    ["1e3", undefined],
    ["12 octets", undefined],
    ["9999999999999999", undefined],
  ])("SIZE %s", (text, size) => {
    expect(parseSize(said(text))).toBe(size);
  });
  it.each<readonly [text: string, time: number | undefined]>([
    ["20261128075508", Date.UTC(2026, 10, 28, 7, 55, 8)],
    ["20261128075508.123", Date.UTC(2026, 10, 28, 7, 55, 8, 123)],
    ["20261328075508", undefined],
    ["tomorrow", undefined],
  ])("MDTM %s", (text, time) => {
    expect(parseModified(said(text))).toBe(time);
  });
});

describe("MLST (RFC 3659 §7.2)", () => {
  it.each<readonly [server: string, text: string, name: string, size: string]>([
    [
      "ProFTPD",
      "250-Start of list for plain.txt\r\n modify=20261128075508;perm=adfr;size=6;type=file;UNIX.mode=0644; /tree/plain.txt\r\n250 End of list\r\n",
      "/tree/plain.txt",
      "6",
    ],
    [
      "Pure-FTPd",
      "250-Begin\r\n type=file;size=6;modify=20261128075508;UNIX.mode=0644;UNIX.uid=1;unique=fe00g20e18a; plain.txt\r\n250 End.\r\n",
      "plain.txt",
      "6",
    ],
    [
      "pyftpdlib",
      '250-Listing "/plain.txt":\r\n modify=20200101000000;perm=radfwMT;size=6;type=file; /plain.txt\r\n250 End MLST.\r\n',
      "/plain.txt",
      "6",
    ],
    ["a name with a blank in front", "250-x\r\n type=file;size=1;  a\r\n250 y\r\n", " a", "1"],
  ])("of %s", (_server, text, name, size) => {
    const found = parseDescribed(read(text));
    expect([found?.name, found?.facts.get("size"), found?.facts.get("type")]).toEqual([name, size, "file"]);
  });
  it("is none without a line in the middle", () => {
    expect(parseDescribed(read("250 x\r\n"))).toBeUndefined();
  });
});

describe("FEAT (RFC 2389 §3.2)", () => {
  it.each<readonly [server: string, text: string, some: readonly string[], facts: number, tls: boolean]>([
    [
      "vsftpd",
      "211-Features:\r\n EPRT\r\n EPSV\r\n MDTM\r\n PASV\r\n REST STREAM\r\n SIZE\r\n TVFS\r\n211 End\r\n",
      ["EPSV", "SIZE", "REST"],
      0,
      false,
    ],
    [
      "Pure-FTPd",
      "211-Extensions supported:\r\n UTF8\r\n MLST type*;size*;sizd*;modify*;UNIX.mode*;\r\n MLSD\r\n AUTH TLS\r\n PBSZ\r\n PROT\r\n211 End.\r\n",
      ["UTF8", "MLSD", "PROT"],
      5,
      true,
    ],
    [
      "pyftpdlib with TLS",
      "211-Features supported:\r\n AUTH TLS\r\n AUTH SSL\r\n MLST type*;perm*;size*;modify*;unique*;unix.mode;\r\n211 End FEAT.\r\n",
      ["AUTH", "MLST"],
      6,
      true,
    ],
    ["one without any", "211 No features\r\n", [], 0, false],
    ["one that refuses it", "500 What?\r\n", [], 0, false],
    [
      "IIS",
      "211-Extended features supported:\r\n LANG EN*\r\n UTF8\r\n AUTH TLS;TLS-C;SSL;TLS-P;\r\n211 END\r\n",
      ["LANG"],
      0,
      true,
    ],
  ])("of %s", (_server, text, some, facts, tls) => {
    const found = parseFeatures(read(text));
    for (const name of some) expect(found.names.has(name)).toBe(true);
    expect([found.facts.length, found.authTls]).toEqual([facts, tls]);
  });
});
