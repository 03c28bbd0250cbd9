/** UDP's groups as groups: those who send to one together, and who has joined it, as the system tells. */
import { join } from "node:path";
import { namespaces, NoNetwork, TemporaryFolder, workspaceRoot } from "@socketscope/testkit";
import { describe, expect, it } from "vitest";
import { groupTableOf, joinedOf } from "../src/group-table.ts";
import { groupsOf, isGroup, joinedWords } from "../src/groups.ts";
import { groupLines } from "../src/terminal/top.ts";
import type { SocketView } from "../src/views.ts";

function flow(key: number, host: string, port: number, more: Partial<SocketView> = {}): SocketView {
  return {
    key,
    source: 0,
    app: "video-streamer",
    transport: "udp",
    local: { host: "127.0.0.1", port: 40_000 + key },
    remote: { host, port },
    protocol: "mpeg-ts",
    opened: 0,
    joined: false,
    octets: { in: 0, out: 1316 },
    missed: 0,
    messages: 1,
    faults: 0,
    ...more,
  };
}

describe("groups", () => {
  it.each([
    ["224.0.0.1", true],
    ["239.255.255.250", true],
    ["223.255.255.255", false],
    ["240.0.0.1", false],
    ["ff02::1", true],
    ["FF15::beef", true],
    ["fe80::1", false],
    ["::1", false],
    ["ff.example", false],
  ])("know %s: %s", (host, is) => {
    expect(isGroup(host)).toBe(is);
  });

  it("have all flows to one address and port, and no others", () => {
    const flows = [
      flow(1, "239.0.0.1", 5004),
      flow(2, "127.0.0.1", 5004),
      flow(3, "239.0.0.1", 5004, { closed: 9 }),
      flow(4, "239.0.0.1", 5006),
      flow(5, "239.0.0.1", 5004, { transport: "tcp" }),
    ];
    expect(groupsOf(flows)).toEqual([
      { group: { host: "239.0.0.1", port: 5004 }, sockets: [1, 3], open: 1, octets: 2632 },
      { group: { host: "239.0.0.1", port: 5006 }, sockets: [4], open: 1, octets: 1316 },
    ]);
  });

  it("are told in words below the table of top", () => {
    const [group] = groupsOf([flow(1, "ff15::1", 5004)]);
    expect(group && groupLines([{ ...group, joined: [{ device: "lo", users: 2 }] }])).toEqual([
      "group ff15::1 port 5004: 1 flow, 1 open, 1316 octets; 2 joined on lo\n",
    ]);
    expect([joinedWords(undefined), joinedWords([])]).toEqual([
      "who joined is not told here",
      "nobody here joined",
    ]);
  });

  it("are joined as the system's tables say", () => {
    const ipv4 = `Idx\tDevice    : Count Querier\tGroup    Users Timer\tReporter
1\tlo        :     2      V3
\t\t\t\t0100FFEF     2 0:00000000\t\t0
\t\t\t\t010000E0     1 0:00000000\t\t0
4\teth0      :     1      V3
\t\t\t\t0100FFEF     1 0:00000000\t\t0
`;
    const ipv6 = "1    lo              ff15000000000000000000000000beef     3 00000004 0\n";
    const table = groupTableOf(ipv4, ipv6);
    expect(joinedOf(table, "239.255.0.1")).toEqual([
      { device: "lo", users: 2 },
      { device: "eth0", users: 1 },
    ]);
    expect(joinedOf(table, "ff15::beef")).toEqual([{ device: "lo", users: 3 }]);
    expect(joinedOf(table, "239.255.0.2")).toEqual([]);
    expect(joinedOf(undefined, "239.255.0.1")).toBe(undefined);
  });
});

const SOURCE = ["--import", "tsx", "--conditions=@socketscope/source"];
const GROUP = "239.255.12.3";
const HEARS = `
import signal, socket, struct, sys
signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
s.bind(("${GROUP}", 5004))
s.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, struct.pack("4s4s", socket.inet_aton("${GROUP}"), socket.inet_aton("127.0.0.1")))
print(len(s.recv(65536)), flush=True)
signal.pause()
`;

namespaces.describe("on a machine of its own", () => {
  it("a group is one with its flow, and who joined it and left it is told", async () => {
    using alone = new NoNetwork();
    using folder = new TemporaryFolder("groups");
    const app = (name: string, ...words: readonly string[]) =>
      alone.spawn(
        process.execPath,
        [...SOURCE, `apps/${name}/src/main.ts`, "--json", "--state", join(folder.path, "state"), ...words],
        { cwd: workspaceRoot },
      );
    await using inspector = app("inspector", "--port", "4700");
    await inspector.line((line) => line.startsWith('{"ready":true'), 60_000);
    await using video = app("video-streamer", "--port", "0", "--udp", `demo=udp://${GROUP}:5004`);
    await video.line((line) => line.startsWith('{"ready":true'), 60_000);
    const groups = async (): Promise<unknown> => {
      const asked = await alone.run("curl", ["-s", "http://127.0.0.1:4700/api/groups"]);
      return JSON.parse(asked.text.trim() || "[]") as unknown;
    };
    const group = { host: GROUP, port: 5004 };
    await expect.poll(groups).toMatchObject([{ group, open: 1, joined: [] }]);
    {
      await using hears = alone.spawn("python3", ["-c", HEARS]);
      await hears.line((line) => line === "1316");
      const joined = [{ device: "lo", users: 1 }];
      await expect.poll(groups).toMatchObject([{ group, joined }]);
    }
    await expect.poll(groups).toMatchObject([{ group, joined: [] }]);
  });
});
