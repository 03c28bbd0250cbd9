/** Which answer a request takes: every pair there is. */
import { LocalError } from "@socketscope/wire";
import { describe, expect, it } from "vitest";
import { ANSWER_TO, type RequestType, type SftpAnswer } from "../src/index.ts";
import { octetsOf, packet } from "./packets.ts";
import { opened, REQUESTS } from "./requests.ts";

describe("legality, read from the table", () => {
  const kinds = {
    handle: { handle: "h" },
    data: { data: new Uint8Array(1) },
    name: { entries: [] },
    attributes: { attributes: {} },
    "extended-reply": { data: new Uint8Array(1) },
    "limits-reply": { packetOctets: 1, readOctets: 1, writeOctets: 1, openHandles: 1 },
    "statvfs-reply": {
      blockSize: 1,
      fragmentSize: 1,
      blocks: 1,
      blocksFree: 1,
      blocksAvailable: 1,
      files: 1,
      filesFree: 1,
      filesAvailable: 1,
      fileSystem: 1n,
      flags: 0,
      nameOctets: 255,
    },
  };
  const requests = REQUESTS.filter(
    (row): row is readonly [string, string, { type: RequestType }] => "type" in row[2],
  );
  const cases = requests.flatMap(([name, description, { type }]) =>
    Object.entries(kinds).map(([kind, fields]) => [name, kind, description, type, fields] as const),
  );
  it.each(cases)("%s × %s", (_, kind, description, type, fields) => {
    const core = opened();
    core.receive(packet(description));
    core.next();
    const send = (): unknown =>
      core.send({
        type: kind,
        id: octetsOf(description).readUInt32BE(1),
        ...fields,
      } as unknown as SftpAnswer);
    if (ANSWER_TO[type] === kind) expect(send).not.toThrow();
    else expect(send).toThrow(LocalError);
  });
});
