/** One plain sentence for every word SFTP says: packets, statuses, flags, extensions, fields. */
import { explanationOf, unexplained, type Entry, type Explanation } from "@socketscope/wire";
import {
  ATTRIBUTE_FLAG_WORDS,
  EXTENSION_WORDS,
  FIELD_WORDS,
  FOREIGN_EXTENSIONS,
  OPEN_FLAG_WORDS,
  PACKET_WORDS,
  STATUS_WORDS,
} from "./explain/words.ts";
import { EXTENSIONS } from "./extensions.ts";
import { statusName } from "./numbers.ts";

/** Every table, for who lists or tests them. */
export const explainedSftp = {
  packets: Object.keys(PACKET_WORDS),
  statuses: Object.keys(STATUS_WORDS),
  openFlags: Object.keys(OPEN_FLAG_WORDS),
  attributeFlags: Object.keys(ATTRIBUTE_FLAG_WORDS),
  extensions: [...Object.values(EXTENSIONS).map(([name]) => name), ...Object.keys(FOREIGN_EXTENSIONS)],
  fields: Object.keys(FIELD_WORDS),
} as const;

const extensions: Readonly<Record<string, Entry>> = {
  ...FOREIGN_EXTENSIONS,
  ...Object.fromEntries(Object.entries(EXTENSION_WORDS).map(([type, entry]) => [wireName(type), entry])),
};

function wireName(type: string): string {
  return Object.entries(EXTENSIONS).find(([key]) => key === type)?.[1][0] ?? type;
}

const DRAFT = "draft-ietf-secsh-filexfer-02";

/** `name`: "OPEN", or that of an extended request. */
export function explainSftpPacket(name: string): Explanation {
  return (
    found(PACKET_WORDS, name) ??
    found(extensions, name) ??
    unexplained(
      "A request that is not known here; a server that does not know it says OP_UNSUPPORTED.",
      `${DRAFT} §8`,
      ["STATUS"],
    )
  );
}

export function explainSftpStatus(code: number): Explanation {
  return (
    found(STATUS_WORDS, statusName(code) ?? "") ??
    unexplained("A status that version 3 does not know; anything but 0 means no.", `${DRAFT} §7`)
  );
}

export function explainSftpOpenFlag(flag: string): Explanation {
  return found(OPEN_FLAG_WORDS, flag) ?? unexplained("A bit that version 3 does not know.", `${DRAFT} §6.3`);
}

export function explainSftpAttributeFlag(flag: string): Explanation {
  return (
    found(ATTRIBUTE_FLAG_WORDS, flag) ?? unexplained("A bit that version 3 does not know.", `${DRAFT} §5`)
  );
}

/** As in VERSION: "posix-rename@openssh.com". */
export function explainSftpExtension(name: string): Explanation {
  return (
    found(extensions, name) ??
    unexplained(
      "An extension that is not known here; a client that does not know it leaves it alone.",
      `${DRAFT} §8`,
    )
  );
}

/** `name`: of a range as the dissector tells it; of the second of several, "2. name". */
export function explainSftpField(name: string): Explanation {
  return (
    found(FIELD_WORDS, name.replace(/^\d+\. /, "")) ??
    unexplained("A field that is not known here.", `${DRAFT} §3`)
  );
}

function found(table: Readonly<Record<string, Entry>>, word: string): Explanation | undefined {
  const entry = Object.hasOwn(table, word) ? table[word] : undefined;
  return entry === undefined ? undefined : explanationOf(entry);
}
