/** Ctrl+C in the middle of a message: what is here is whole, the rest is as if it had never been asked for. */
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { Spawned, TemporaryFolder } from "@socketscope/testkit";
import { afterEach, beforeEach, expect, it } from "vitest";
import { LETTER, Pop3Peer } from "./pop3-peer.ts";

let folder: TemporaryFolder;
const at = (name: string): string => join(folder.path, name);
beforeEach(() => {
  folder = new TemporaryFolder("mail-interrupted");
});
afterEach(() => folder[Symbol.dispose]());

const FETCH = [
  "--import",
  "tsx",
  "--conditions=@socketscope/source",
  "apps/mail-client/src/main.ts",
  "fetch",
];

/** Interrupted when the first of two messages is here, marked, and the second has begun. */
async function interrupted(
  signal: "SIGINT" | "SIGTERM",
  target: readonly string[],
): Promise<{ readonly code: number | string; readonly said: string; readonly lines: readonly string[] }> {
  let begun: (() => void) | undefined;
  const second = new Promise<void>((resolve) => (begun = resolve));
  await using peer = await Pop3Peer.listen({
    messages: [LETTER, LETTER],
    // One after the other.
    offers: ["USER", "UIDL"],
    answer(line) {
      if (line !== "RETR 2") return undefined;
      begun?.();
      return "+OK\r\nSubject: half";
    },
  });
  const login = ["-s", `127.0.0.1:${peer.port}`, "-u", "ann", "--password", "x", "--delete"];
  const client = new Spawned(process.execPath, [...FETCH, ...login, ...target]);
  await second;
  client.kill(signal);
  return { code: await client.exited, said: client.stderr, lines: peer.lines };
}

it("leaves a Maildir with whole files, and ends with 130", async () => {
  const { code, said, lines } = await interrupted("SIGINT", ["--maildir", at("box")]);
  expect({ code, said }).toEqual({
    code: 130,
    said: "mail-client: interrupted\nmail-client: 1 message may still be on the server: the connection was lost before QUIT\n",
  });
  expect(await readdir(join(at("box"), "tmp"))).toEqual([]);
  const [name = "", ...more] = await readdir(join(at("box"), "new"));
  expect(more).toEqual([]);
  expect(await readFile(join(at("box"), "new", name), "latin1")).toBe(LETTER.replaceAll("\r\n", "\n"));
  // RFC 1939 §6: without it the server removes nothing.
  expect(lines).toContain("DELE 1");
  expect(lines).not.toContain("QUIT");
});

it("leaves an mbox with whole messages and without its lock, and ends with 143", async () => {
  expect((await interrupted("SIGTERM", ["--mbox", at("inbox")])).code).toBe(143);
  expect((await readdir(folder.path)).toSorted()).toEqual(["inbox", "inbox.uidl"]);
  const text = await readFile(at("inbox"), "latin1");
  expect(text).toContain("Hello");
  expect(text).not.toContain("half");
});
