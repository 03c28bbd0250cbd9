/** A capture of a talk with a hole in it: Wireshark says that octets were not captured, how many, and finds no other fault. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { realClient, run, TemporaryFolder } from "@socketscope/testkit";
import { expect, it } from "vitest";
import { captureOf } from "../src/exchange/pcapng.ts";
import { opens, says, speaks, storeWith, WEB_SERVER } from "./support/stores.ts";

const REQUEST = "GET /a HTTP/1.1\r\nHost: a.test\r\n\r\n";
const HEAD = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 5010\r\n\r\n";
const NEXT = "GET /b HTTP/1.1\r\nHost: a.test\r\n\r\n";
const LAST = "HTTP/1.1 204 No Content\r\n\r\n";

realClient("tshark").describe("a hole in a talk", () => {
  it("is told as one by tshark, with what was said around it", async () => {
    const { store, take } = storeWith({}, WEB_SERVER);
    take(opens(1, 8080), speaks(1, "http"), says(1, "in", REQUEST, 10));
    take(says(1, "out", `${HEAD}hello`, 20), {
      type: "gap",
      at: 21,
      flow: 1,
      direction: "out",
      octets: 5000,
    });
    take(says(1, "out", "there", 22), says(1, "in", NEXT, 30), says(1, "out", LAST, 40));
    take({ type: "closed", at: 50, flow: 1, reason: "peer-ended" });
    using folder = new TemporaryFolder("gap");
    const file = join(folder.path, "gap.pcapng");
    writeFileSync(
      file,
      Buffer.concat([...captureOf(store, { ports: "well-known", showSecrets: false, tlsKeys: false })]),
    );
    const faults = [
      "tcp.analysis.flags",
      "tcp.analysis.lost_segment",
      "tcp.analysis.ack_lost_segment",
      "_ws.malformed",
    ];
    const wanted = ["http.request.uri", "http.response.code", "tcp.checksum.status"];
    const asked = ["-r", file, "-o", "tcp.check_checksum:TRUE", "-z", "follow,tcp,ascii,0", "-T", "fields"];
    const { code, text } = await run("tshark", [
      ...asked,
      ...faults.flatMap((field) => ["-e", field]),
      ...wanted.flatMap((field) => ["-e", field]),
    ]);
    expect(code).toBe(0);
    const [rows = "", followed = ""] = text.split(/^=+$/m);
    const packets = rows.split("\n").map((line) => line.split("\t"));
    const flagged = packets.filter(([flags]) => flags !== undefined && flags !== "");
    // A segment is missing, and the other end had acknowledged it: both true, each once, and nothing else.
    expect(flagged.filter(([, lost]) => lost !== "")).toHaveLength(1);
    expect(flagged.filter(([, , acknowledged]) => acknowledged !== "")).toHaveLength(1);
    expect(flagged).toHaveLength(2);
    expect(packets.some((cells) => (cells[3] ?? "") !== "" || cells[6] === "0")).toBe(false);
    expect(packets.map((cells) => cells[4]).filter(Boolean)).toEqual(["/a", "/b"]);
    expect(followed).toContain("[5000 bytes missing in capture file]");
    for (const said of ["GET /a", "hello", "there", "GET /b", "204 No Content"])
      expect(followed).toContain(said);
  });
});
