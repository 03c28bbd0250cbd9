/** The packets, statuses, flags, extensions and fields of SFTP, a sentence each. */
import type { Entry } from "@socketscope/wire";
import type { EXTENSIONS } from "../extensions.ts";
import type { AttributeFlag, OpenFlag, PacketName, StatusName } from "../numbers.ts";

const at = (section: string): string => `draft-ietf-secsh-filexfer-02 §${section}`;
const openssh = (section: string): string => `OpenSSH PROTOCOL §${section}`;

export const PACKET_WORDS: Readonly<Record<PacketName, Entry>> = {
  INIT: ["The client speaks first: the highest version of SFTP that it knows.", at("4"), "VERSION"],
  VERSION: ["The server's answer to INIT: the version that is spoken, and its extensions.", at("4")],
  OPEN: [
    "Open this file, or make it; the answer is a handle to read and write by.",
    at("6.3"),
    "HANDLE",
    "STATUS",
  ],
  CLOSE: [
    "I am done with this handle. With some servers the file is safe once this is answered.",
    at("6.3"),
    "STATUS",
  ],
  READ: ["Give me so many octets of the open file, from here on.", at("6.4"), "DATA", "STATUS"],
  WRITE: ["Put these octets into the open file, here.", at("6.4"), "STATUS"],
  LSTAT: ["What is known of this file? If it is a link, of the link itself.", at("6.8"), "ATTRS", "STATUS"],
  FSTAT: ["What is known of the file behind this handle?", at("6.8"), "ATTRS", "STATUS"],
  SETSTAT: ["Change what is known of this file: its mode, its times, its size.", at("6.9"), "STATUS"],
  FSETSTAT: ["The same for the file behind this handle.", at("6.9"), "STATUS"],
  OPENDIR: ["Open this folder, to be read by READDIR.", at("6.7"), "HANDLE", "STATUS"],
  READDIR: [
    "Which files are in the folder? Asked again until the answer is EOF.",
    at("6.7"),
    "NAME",
    "STATUS",
  ],
  REMOVE: ["Remove this file.", at("6.5"), "STATUS"],
  MKDIR: ["Make this folder.", at("6.6"), "STATUS"],
  RMDIR: ["Remove this folder, which has to be empty.", at("6.6"), "STATUS"],
  REALPATH: [
    "What is the whole path of this? Clients ask it to learn where they are.",
    at("6.11"),
    "NAME",
    "STATUS",
  ],
  STAT: ["What is known of this file? Links are followed.", at("6.8"), "ATTRS", "STATUS"],
  RENAME: ["Give this file another name, under which there must be none yet.", at("6.5"), "STATUS"],
  READLINK: ["Where does this link lead?", at("6.10"), "NAME", "STATUS"],
  SYMLINK: ["Make a link. Everybody sends its two paths the wrong way round.", openssh("4.1"), "STATUS"],
  STATUS: ["How it went: done, or why not.", at("7")],
  HANDLE: [
    "The file or folder is open; this is what to call it.",
    at("7"),
    "READ",
    "WRITE",
    "READDIR",
    "CLOSE",
  ],
  DATA: ["Octets of the file; fewer than asked for are no error.", at("7")],
  NAME: ["Names of files, each as a line to be shown and with its attributes.", at("7")],
  ATTRS: ["What is known of a file.", at("7")],
  EXTENDED: [
    "A request that is not in the standard; its name says which.",
    at("8"),
    "EXTENDED_REPLY",
    "STATUS",
  ],
  EXTENDED_REPLY: ["The answer to a request that is not in the standard.", at("8")],
};

export const STATUS_WORDS: Readonly<Record<StatusName, Entry>> = {
  OK: ["It was done.", at("7")],
  EOF: ["There is no more: the end of the file, or of the folder.", at("7")],
  NO_SUCH_FILE: ["There is nothing under this name.", at("7")],
  PERMISSION_DENIED: ["The account may not do this.", at("7")],
  FAILURE: ["It was not done; there is no code for the reason, perhaps the text tells.", at("7")],
  BAD_MESSAGE: ["The packet could not be read.", at("7")],
  NO_CONNECTION: ["The client's own word: there is no connection. A server never says it.", at("7")],
  CONNECTION_LOST: ["The client's own word: the connection was lost. A server never says it.", at("7")],
  OP_UNSUPPORTED: ["The server cannot do this.", at("7")],
};

export const OPEN_FLAG_WORDS: Readonly<Record<OpenFlag, Entry>> = {
  READ: ["The file will be read.", at("6.3")],
  WRITE: ["The file will be written.", at("6.3")],
  APPEND: ["Whatever is written goes behind the end of the file.", at("6.3")],
  CREATE: ["Make the file if there is none.", at("6.3")],
  TRUNCATE: ["Empty the file first.", at("6.3")],
  EXCLUSIVE: ["Fail if there is a file already.", at("6.3")],
};

export const ATTRIBUTE_FLAG_WORDS: Readonly<Record<AttributeFlag, Entry>> = {
  SIZE: ["The size follows.", at("5")],
  UIDGID: ["The numbers of owner and group follow.", at("5")],
  PERMISSIONS: ["The mode follows.", at("5")],
  ACMODTIME: ["The times of the last access and the last change follow.", at("5")],
  EXTENDED: ["Attributes follow that are not in the standard.", at("5")],
};

export const EXTENSION_WORDS: Readonly<Record<keyof typeof EXTENSIONS, Entry>> = {
  "posix-rename": [
    "Give a file another name, at once, in the place of what has it.",
    openssh("4.3"),
    "STATUS",
  ],
  statvfs: ["How much room is there where this path is?", openssh("4.4"), "EXTENDED_REPLY", "STATUS"],
  fstatvfs: ["How much room is there where this open file is?", openssh("4.4"), "EXTENDED_REPLY", "STATUS"],
  hardlink: ["Give a file a second name.", openssh("4.5"), "STATUS"],
  fsync: ["Write the file to the disk now, so that it outlasts a power loss.", openssh("4.6"), "STATUS"],
  lsetstat: ["Change the attributes of a link itself.", openssh("4.7"), "STATUS"],
  limits: ["How long may packets be, and how many handles open?", openssh("4.8"), "EXTENDED_REPLY"],
  "expand-path": ["What is the whole path of this, ~ understood?", openssh("4.9"), "NAME", "STATUS"],
  "copy-data": ["Copy from one open file to another on the server.", openssh("4.10"), "STATUS"],
  "home-directory": ["Where is this user's home?", openssh("4.11"), "NAME", "STATUS"],
};

/** What others know and our core answers with OP_UNSUPPORTED. */
export const FOREIGN_EXTENSIONS: Readonly<Record<string, Entry>> = {
  "users-groups-by-id@openssh.com": [
    "What are these users and groups called?",
    openssh("4.12"),
    "EXTENDED_REPLY",
  ],
  "check-file": [
    "Give me a hash of this file, so that I need not fetch it to compare.",
    at("8"),
    "EXTENDED_REPLY",
  ],
  "vendor-id": ["Which program I am.", at("8")],
  newline: ["What ends a line of text on this system.", at("8")],
  versions: ["Other versions of SFTP that the server speaks.", at("8")],
};

/** The names of the ranges that the dissector tells of. */
export const FIELD_WORDS: Readonly<Record<string, Entry>> = {
  length: ["How many octets of this packet follow.", at("3")],
  type: ["What kind of packet it is.", at("3")],
  id: ["The client's number for the request; the answer has the same one.", at("3")],
  version: ["A version of SFTP; nearly everybody speaks 3.", at("4")],
  "extension name": ["Something beyond the standard that this side can do.", at("4")],
  "extension data": ["More about the extension; with OpenSSH's it is their version.", at("4")],
  extension: ["The name of a request that is not in the standard.", at("8")],
  path: ["A file's path; one without a slash in front begins in the home.", at("6.2")],
  "old path": ["The name that the file has.", at("6.5")],
  "new path": ["The name that it shall have.", at("6.5")],
  "target path": ["Where the link leads.", openssh("4.1")],
  "link path": ["The link that is made.", openssh("4.1")],
  "open flags": ["What will be done with the file: bits for read, write, append, create.", at("6.3")],
  handle: ["What the server calls the open file; it means nothing to the client.", at("7")],
  "destination handle": ["The open file that is copied into.", openssh("4.10")],
  "destination offset": ["Where in that file the copy begins.", openssh("4.10")],
  offset: ["Where in the file: octets from its beginning, in 64 bits.", at("6.4")],
  "octets wanted": ["How many octets are wanted; to a copy on the server, 0 means all.", at("6.4")],
  data: ["Octets of a file.", at("6.4")],
  user: ["Whose home is asked for; empty: one's own.", openssh("4.11")],
  "attribute flags": ["Which attributes follow, a bit for each.", at("5")],
  size: ["The file's size in octets, in 64 bits.", at("5")],
  uid: ["The owner's number.", at("5")],
  gid: ["The group's number.", at("5")],
  permissions: ["What kind of file it is, and who may do what: POSIX's mode.", at("5")],
  atime: ["When it was last read, in seconds since 1970.", at("5")],
  mtime: ["When it was last changed, in seconds since 1970.", at("5")],
  "extended count": ["How many attributes beyond the standard follow.", at("5")],
  "extended name": ["The name of an attribute beyond the standard.", at("5")],
  "extended data": ["What that attribute is.", at("5")],
  "status code": ["How it went, as a number.", at("7")],
  text: ["The same for people.", at("7")],
  language: ["Which language the text is in (RFC 1766).", at("7")],
  count: ["How many names follow.", at("7")],
  name: ["A file's name.", at("7")],
  "long name": ["The file as a line of ls -l: to be shown, not to be read by programs.", at("7")],
  "block size": ["Octets of a block of the file system.", openssh("4.4")],
  "fragment size": ["Octets of the unit in which the next three are counted.", openssh("4.4")],
  blocks: ["How large the file system is.", openssh("4.4")],
  "free blocks": ["How much of it is free.", openssh("4.4")],
  "available blocks": ["How much of it this account may use.", openssh("4.4")],
  files: ["How many files it can hold.", openssh("4.4")],
  "free files": ["How many more it can hold.", openssh("4.4")],
  "available files": ["How many more this account may make.", openssh("4.4")],
  "file system id": ["A number of the file system.", openssh("4.4")],
  "mount flags": ["1: read-only. 2: set-user-id bits do nothing.", openssh("4.4")],
  "longest name": ["Octets of the longest name of a file.", openssh("4.4")],
  "packet limit": ["Octets of the longest packet that the server takes.", openssh("4.8")],
  "read limit": ["Octets of the longest READ; 0: the server does not say.", openssh("4.8")],
  "write limit": ["Octets of the longest WRITE; 0: the server does not say.", openssh("4.8")],
  "handle limit": ["How many handles may be open; 0: the server does not say.", openssh("4.8")],
  unparsed: ["Octets that make no sense here.", at("3")],
};
