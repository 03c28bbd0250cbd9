/** What the commands do that need no data connection: RFC 959 §4.1.3, RFC 3659 §3, §4, §7, MFMT, SITE, HASH, AVBL. */
import {
  countLf,
  formatHash,
  formatTime,
  quotePath,
  reply,
  type FtpServerEvent,
  type HashAlgorithm,
  type Reply,
} from "@socketscope/ftp";
import { FileProblem } from "../files/file-problem.ts";
import type { FileStat, FileSystem } from "../files/file-system.ts";
import { resolvePath } from "../files/path.ts";
import { factsLine } from "./facts.ts";
import { openListing } from "./listing.ts";
import { failedReply, replyToProblem, type Undertaking } from "./replies.ts";
import type { Moving } from "../sessions/sessions.ts";
import type { Visit } from "./visit.ts";

export type FileEvent = Extract<
  FtpServerEvent,
  {
    readonly type:
      | ("enter" | "where" | "describe" | "size" | "modified" | "touch" | "mode")
      | ("renaming" | "rename" | "delete" | "make" | "remove" | "allocate" | "hash" | "available" | "status");
  }
>;

/** Octets of a file of which SIZE in TYPE A looks at every one (RFC 3659 §4.1 lets it be refused). */
const ASCII_SIZE = 64 * 1024 * 1024;
/** Lines that STAT of a folder gives: they are one reply. */
const STATUS_LINES = 5000;

/** Never rejects: what goes wrong is a reply. */
export async function answerFileCommand(event: FileEvent, visit: Visit): Promise<Reply> {
  const { files } = visit;
  if (files === undefined)
    return event.type === "status" ? status(event, undefined, visit) : reply(530, "Log in first");
  try {
    return await carryOut(event, files, visit);
  } catch (error) {
    const undertaking: Undertaking = event.type === "rename" ? "store" : "look";
    const known = replyToProblem(error, undertaking);
    if (known === undefined) visit.options.onError(error);
    return known ?? failedReply;
  }
}

async function carryOut(event: FileEvent, files: FileSystem, visit: Visit): Promise<Reply> {
  const at = (path: string | undefined): string => resolvePath(visit.folder, path ?? ".");
  switch (event.type) {
    case "enter":
      return enter(at(event.path), files, visit);
    case "where":
      return reply(257, `${quotePath(visit.folder)} is where you are`);
    case "describe": {
      const path = await files.realPath(at(event.path));
      const line = factsLine({ name: path, stat: await files.stat(path) }, event.facts, files);
      return reply(250, "As follows:", line, "End");
    }
    case "size": {
      const stat = await plainFile(files, at(event.path));
      const converted = event.representation === "A" && visit.options.ascii;
      return reply(213, String(converted ? await asciiSize(files, at(event.path), stat) : stat.size));
    }
    case "modified":
      return reply(213, formatTime((await files.stat(at(event.path))).modified));
    case "touch":
      await files.setTimes(at(event.path), { modified: event.time });
      if (event.by === "UTIME") return reply(200, "The time is set");
      return reply(213, `Modify=${formatTime(event.time)}; ${event.path}`);
    case "mode":
      await files.setMode(at(event.path), event.mode);
      return reply(200, "The mode is set");
    case "renaming":
      await files.lstat(at(event.path));
      return reply(350, "Now the new name");
    case "rename":
      await files.rename(at(event.from), at(event.to), { replace: true });
      return reply(250, "It has its new name");
    case "delete":
      await files.remove(at(event.path));
      return reply(250, "It is gone");
    case "make":
      await files.makeFolder(at(event.path));
      return reply(257, `${quotePath(await files.realPath(at(event.path)))} is made`);
    case "remove":
      await files.removeFolder(at(event.path));
      return reply(250, "It is gone");
    case "allocate": {
      const { available } = await files.space(visit.folder);
      // RFC 959 §5.4 has 504 only; 552 is what STOR would say.
      return event.octets > available ? reply(552, `There is room for ${available} octets`) : event.reply;
    }
    case "available":
      return reply(213, String((await files.space(at(event.path))).available));
    case "hash": {
      const { size } = await plainFile(files, at(event.path));
      const { by, algorithm, from, to = size } = event;
      if (to > size || from > to) throw new FileProblem("bad-offset", `The file has ${size} octets`);
      const hex = await files.hash(at(event.path), digests[algorithm], { from, to });
      // XCRC and its kin have 250 and the hash alone, in no paper and in every server that has them.
      if (by !== "HASH") return reply(250, hex.toUpperCase());
      return reply(213, formatHash(algorithm, from, to, hex, event.path));
    }
    case "status":
      return status(event, files, visit);
  }
}

const digests = {
  "SHA-256": "sha256",
  "SHA-512": "sha512",
  "SHA-1": "sha1",
  MD5: "md5",
  CRC32: "crc32",
} as const satisfies Record<HashAlgorithm, string>;

async function enter(path: string, files: FileSystem, visit: Visit): Promise<Reply> {
  const real = await files.realPath(path);
  const { kind } = await files.stat(real);
  if (kind !== "folder") throw new FileProblem("not-a-folder", "This is no folder");
  visit.folder = real;
  return reply(250, `You are in ${quotePath(real)}`);
}

async function plainFile(files: FileSystem, path: string): Promise<FileStat> {
  const stat = await files.stat(path);
  if (stat.kind === "folder") throw new FileProblem("is-a-folder", "This is a folder");
  if (stat.kind !== "file") throw new FileProblem("not-a-file", "This is no plain file");
  return stat;
}

/** RFC 3659 §4: octets as they would be sent under the TYPE that is set. */
async function asciiSize(files: FileSystem, path: string, { size }: FileStat): Promise<number> {
  if (size > ASCII_SIZE) throw new FileProblem("unsupported", "SIZE of so large a file needs TYPE I");
  const reader = await files.openToRead(path);
  try {
    const octets = new Uint8Array(Math.min(Math.max(size, 1), 256 * 1024));
    let [at, longer] = [0, 0];
    for (;;) {
      const count = await reader.read(octets, at);
      if (count === 0) return at + longer;
      at += count;
      longer += countLf(octets.subarray(0, count));
    }
  } finally {
    await reader.close();
  }
}

/** RFC 959 §4.1.3: during a transfer STAT tells how it stands. */
function progress(moving: Moving | undefined): readonly string[] {
  if (moving === undefined) return [];
  const { path, direction, octets, total } = moving;
  const of = total === undefined ? "" : ` of ${total}`;
  return [`${path}: ${octets}${of} octets have ${direction === "in" ? "come" : "left"}`];
}

/** RFC 959 §4.1.3: 211 with how things stand; of a path 212 (a folder) or 213 (a file) with what LIST would say. */
async function status(
  event: FileEvent & { readonly type: "status" },
  files: FileSystem | undefined,
  visit: Visit,
): Promise<Reply> {
  if (event.argument === "" || files === undefined)
    return reply(
      211,
      "Socketscope FTP",
      ...event.lines,
      ...progress(visit.moving),
      `Your address: ${visit.peer.flow.remote.host}`,
      "End",
    );
  const query = {
    by: "LIST",
    flags: event.flags,
    path: event.path,
    argument: event.argument,
    facts: [],
  } as const;
  const source = await openListing(files, visit.folder, query, visit.options.now());
  try {
    const lines: string[] = [];
    for (let page = await source.next(); page !== undefined; page = await source.next()) {
      lines.push(...page);
      if (lines.length > STATUS_LINES)
        throw new FileProblem("unsupported", "There are too many entries for a reply: use LIST");
    }
    return reply(source.folder ? 212 : 213, "Status:", ...lines, "End");
  } finally {
    await source.close();
  }
}
