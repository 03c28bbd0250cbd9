/** Nothing that the cores know is without its sentence: fields are read from the grammar, not from the explanations. */
import fc from "fast-check";
import { dissect, said } from "@socketscope/testkit";
import { describe, expect, it } from "vitest";
import {
  ATTRIBUTE_FLAGS,
  explainedSftp,
  explainSftpAttributeFlag,
  explainSftpExtension,
  explainSftpField,
  explainSftpOpenFlag,
  explainSftpPacket,
  explainSftpStatus,
  EXTENSIONS,
  OPEN_FLAGS,
  PACKETS,
  SftpDissector,
  STATUS,
} from "../src/index.ts";
import { writeAnswer } from "../src/answers.ts";
import { FieldWriter } from "../src/fields.ts";
import { writeRequest } from "../src/requests.ts";
import { answer, request } from "./arbitrary.ts";
import { INIT, joined, VERSION } from "./packets.ts";

/** Every field that is read from so many requests and their answers. */
function fields(): readonly string[] {
  const out = new FieldWriter();
  const requests = fc.sample(request, { numRuns: 800, seed: 7 });
  const answers = fc.sample(answer, { numRuns: 800, seed: 8 });
  const steps = [
    said("in", INIT),
    said("out", VERSION),
    said("in", joined(...requests.map((one, id) => writeRequest(out, { ...one, id })))),
    said(
      "out",
      joined(
        ...answers.map((one) => {
          // so that EXTENDED_REPLY is read as what it is
          const to = one.type === "statvfs-reply" ? "statvfs" : one.type === "limits-reply" ? "limits" : "";
          const id = requests.findIndex(({ type }) => type === to);
          return writeAnswer(out, id < 0 ? one : { ...one, id });
        }),
      ),
    ),
  ];
  const dissector = new SftpDissector();
  const names = new Set<string>();
  for (const { parts } of dissect(dissector, steps)) for (const { name } of parts) names.add(name);
  // the same answers again, each to its own request
  for (const one of answers) {
    const to = one.type === "statvfs-reply" ? "statvfs" : one.type === "limits-reply" ? "limits" : undefined;
    const asked = requests.find(({ type }) => type === to);
    if (asked === undefined) continue;
    const pair = [
      said("in", joined(writeRequest(out, { ...asked, id: 1 }))),
      said("out", joined(writeAnswer(out, { ...one, id: 1 }))),
    ];
    for (const { parts } of dissect(new SftpDissector(), pair)) for (const { name } of parts) names.add(name);
  }
  return [...names];
}

describe("nothing is left out", () => {
  it.each(Object.keys(PACKETS))("packet %s", (name) => expect(explainSftpPacket(name).known).toBe(true));
  it.each(Object.entries(STATUS))("status %s", (_, code) => expect(explainSftpStatus(code).known).toBe(true));
  it.each(Object.keys(OPEN_FLAGS))("open flag %s", (flag) =>
    expect(explainSftpOpenFlag(flag).known).toBe(true),
  );
  it.each(Object.keys(ATTRIBUTE_FLAGS))("attribute flag %s", (flag) =>
    expect(explainSftpAttributeFlag(flag).known).toBe(true),
  );
  it.each(Object.values(EXTENSIONS))("extension %s", (name) => {
    expect(explainSftpExtension(name).known).toBe(true);
    expect(explainSftpPacket(name).known).toBe(true);
  });
  it("and no field", () => {
    const read = fields();
    expect(read.filter((name) => !explainSftpField(name).known)).toEqual([]);
    const plain = new Set(read.map((name) => name.replace(/^\d+\. /, "")));
    // an explanation for a field that is not read would be a mistake as well
    expect(explainedSftp.fields.filter((name) => !plain.has(name) && name !== "unparsed")).toEqual([]);
  });
});

it("every explanation is one plain sentence with its source", () => {
  const all = [
    ...[...explainedSftp.packets, "XYZZY", "constructor"].map(explainSftpPacket),
    ...[...Object.values(STATUS), 99].map(explainSftpStatus),
    ...[...explainedSftp.openFlags, "XYZZY"].map(explainSftpOpenFlag),
    ...[...explainedSftp.attributeFlags, "XYZZY"].map(explainSftpAttributeFlag),
    ...[...explainedSftp.extensions, "XYZZY"].map(explainSftpExtension),
    ...[...explainedSftp.fields, "XYZZY"].map(explainSftpField),
  ];
  for (const { sentence, source } of all) {
    expect(sentence.length, sentence).toBeLessThanOrEqual(120);
    expect(sentence).toMatch(/^[A-Z\d].*[.?]$/);
    expect(source, sentence).toMatch(/^(?:draft-ietf-secsh-filexfer-02|OpenSSH PROTOCOL) §[\d.]+$/);
  }
  expect(all.filter(({ known }) => !known)).toHaveLength(7);
});
