import { endianness } from "node:os";
import { describe, expect, it } from "vitest";
import { readNetstat } from "../src/table-netstat.ts";
import { readProcNet } from "../src/table-proc.ts";

describe.skipIf(endianness() === "BE")("Linux's /proc/net", () => {
  it("is read", () => {
    const tcp = [
      "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode",
      "   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1 1 0 100 0 0 10 0",
      "   1: 0100007F:1F90 0100007F:C350 01 00000010:00600000 00:00000000 00000000     0        0 2 1 0 20 4 30 10 -1",
    ].join("\n");
    expect(readProcNet("tcp", tcp)).toEqual([
      { transport: "tcp", state: "LISTEN", local: { host: "127.0.0.1", port: 8080 }, remote: undefined },
      {
        transport: "tcp",
        state: "ESTABLISHED",
        local: { host: "127.0.0.1", port: 8080 },
        remote: { host: "127.0.0.1", port: 50_000 },
        waiting: { unread: 0x600000, unsent: 16 },
      },
    ]);
  });

  it.each([
    ["00000000000000000000000001000000", "::1"],
    ["00000000000000000000000000000000", "::"],
    ["0000000000000000FFFF00000100007F", "127.0.0.1"],
    ["B80D0120000000000000000001000000", "2001:db8::1"],
    ["B80D0120000001000000000001000000", "2001:db8:1::1"],
  ])("%s is %s", (words, host) => {
    const line = `   0: ${words}:0050 00000000000000000000000000000000:0000 0A 0`;
    expect(readProcNet("tcp6", line)).toMatchObject([{ local: { host, port: 80 } }]);
  });
});

// As macOS 14 and Windows 11 print it.
describe("netstat -an", () => {
  it("of macOS is read", () => {
    const text = [
      "Active Internet connections (including servers)",
      "Proto Recv-Q Send-Q  Local Address          Foreign Address        (state)    ",
      "tcp4     512      7  127.0.0.1.8080         127.0.0.1.50000        ESTABLISHED",
      "tcp6       0      0  ::1.8080               *.*                    LISTEN     ",
      "udp4       0      0  *.5353                 *.*                               ",
    ].join("\n");
    expect(readNetstat(text)).toEqual([
      {
        transport: "tcp",
        state: "ESTABLISHED",
        local: { host: "127.0.0.1", port: 8080 },
        remote: { host: "127.0.0.1", port: 50_000 },
        waiting: { unread: 512, unsent: 7 },
      },
      { transport: "tcp", state: "LISTEN", local: { host: "::1", port: 8080 }, remote: undefined },
      { transport: "udp", state: "", local: { host: "*", port: 5353 }, remote: undefined },
    ]);
  });

  it("of Windows is read", () => {
    const text = [
      "  Proto  Local Address          Foreign Address        State",
      "  TCP    0.0.0.0:135            0.0.0.0:0              LISTENING",
      "  TCP    [::1]:8080             [::1]:50000            CLOSE_WAIT",
      "  UDP    0.0.0.0:5353           *:*                    ",
    ].join("\r\n");
    expect(readNetstat(text)).toEqual([
      { transport: "tcp", state: "LISTEN", local: { host: "0.0.0.0", port: 135 }, remote: undefined },
      {
        transport: "tcp",
        state: "CLOSE-WAIT",
        local: { host: "::1", port: 8080 },
        remote: { host: "::1", port: 50_000 },
      },
      { transport: "udp", state: "", local: { host: "0.0.0.0", port: 5353 }, remote: undefined },
    ]);
  });
});
