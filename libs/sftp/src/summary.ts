/** A packet in one line, for lists. */
import { printableText } from "@socketscope/wire";
import type { SftpAnswer } from "./answers.ts";
import { kindOf, type Attributes } from "./attributes.ts";
import { EXTENSIONS } from "./extensions.ts";
import { flagNames, OPEN_FLAGS, statusName } from "./numbers.ts";
import type { Opening } from "./opening.ts";
import type { SftpRequest } from "./requests.ts";

/** What a handle stands for: the path that was opened, else the handle itself. */
export type Handles = (handle: string) => string;

/** `READ 32768 octets at 0 of /file` */
export function summaryOfRequest(request: SftpRequest, handles: Handles): string {
  const name =
    request.type === "unknown-extension"
      ? request.name
      : isExtension(request.type)
        ? EXTENSIONS[request.type][0]
        : request.type.toUpperCase();
  return printableText(`${name} ${detailsOf(request, handles)}`.trimEnd());
}

function isExtension(type: string): type is keyof typeof EXTENSIONS {
  return Object.hasOwn(EXTENSIONS, type);
}

function detailsOf(request: SftpRequest, handles: Handles): string {
  switch (request.type) {
    case "open":
      return `${request.path} (${flagNames(request.flags, OPEN_FLAGS).join(", ")})`;
    case "read":
      return `${request.length} octets at ${request.offset} of ${handles(request.handle)}`;
    case "write":
      return `${request.data.length} octets at ${request.offset} of ${handles(request.handle)}`;
    case "close":
    case "fstat":
    case "readdir":
    case "fstatvfs":
    case "fsync":
      return handles(request.handle);
    case "fsetstat":
      return `${handles(request.handle)}: ${attributesText(request.attributes)}`;
    case "setstat":
    case "lsetstat":
      return `${request.path}: ${attributesText(request.attributes)}`;
    case "rename":
    case "posix-rename":
    case "hardlink":
      return `${request.from} → ${request.to}`;
    case "symlink":
      return `${request.link} → ${request.target}`;
    case "copy-data":
      return `${request.length === 0 ? "all" : `${request.length} octets`} at ${request.sourceOffset} of ${handles(request.source)} → ${request.destinationOffset} of ${handles(request.destination)}`;
    case "home-directory":
      return request.user;
    case "limits":
      return "";
    case "unknown-extension":
      return `${request.data.length} octets`;
    case "lstat":
    case "stat":
    case "opendir":
    case "remove":
    case "mkdir":
    case "rmdir":
    case "realpath":
    case "readlink":
    case "statvfs":
    case "expand-path":
      return request.path;
  }
}

/** `STATUS NO_SUCH_FILE: No such file` */
export function summaryOfAnswer(answer: SftpAnswer): string {
  return printableText(answerText(answer));
}

function answerText(answer: SftpAnswer): string {
  switch (answer.type) {
    case "status": {
      const name = statusName(answer.code) ?? String(answer.code);
      return `STATUS ${name}${answer.text === "" ? "" : `: ${answer.text}`}`;
    }
    case "handle":
      return `HANDLE ${handleText(answer.handle)}`;
    case "data":
      return `DATA ${answer.data.length} octets`;
    case "name": {
      const { length } = answer.entries;
      const names = answer.entries.slice(0, 5).map(({ name }) => name);
      return `NAME ${length === 1 ? "" : `${length} names: `}${names.join(", ")}${length > 5 ? ", …" : ""}`;
    }
    case "attributes":
      return `ATTRS ${attributesText(answer.attributes)}`;
    case "statvfs-reply":
      return `EXTENDED_REPLY ${answer.blocksAvailable * answer.fragmentSize} octets are free`;
    case "limits-reply":
      return `EXTENDED_REPLY packets up to ${answer.packetOctets} octets, reads ${answer.readOctets}, writes ${answer.writeOctets}, ${answer.openHandles} handles`;
    case "extended-reply":
      return `EXTENDED_REPLY ${answer.data.length} octets`;
  }
}

/** `VERSION 3, posix-rename@openssh.com, …` */
export function summaryOfOpening(name: "INIT" | "VERSION", { version, extensions }: Opening): string {
  return printableText([`${name} ${version}`, ...extensions.map((one) => one.name)].join(", "));
}

function attributesText(attributes: Attributes): string {
  const { size, permissions, times, owner } = attributes;
  const kind = kindOf(attributes);
  const parts = [
    kind === undefined || kind === "other" ? undefined : kind,
    size === undefined ? undefined : `${size} octets`,
    permissions === undefined ? undefined : `mode ${(permissions & 0o7777).toString(8)}`,
    times === undefined ? undefined : `changed ${new Date(times.mtime * 1000).toISOString().slice(0, 19)}Z`,
    owner === undefined ? undefined : `of ${owner.uid}:${owner.gid}`,
  ];
  return parts.filter((part) => part !== undefined).join(", ") || "nothing";
}

/** As it is where it is printable, else in hexadecimal: OpenSSH's are four octets of a number. */
export function handleText(handle: string): string {
  if (/^[\x21-\x7e]+$/.test(handle)) return handle;
  return `0x${Array.from(handle, (letter) => letter.charCodeAt(0).toString(16).padStart(2, "0")).join("")}`;
}
