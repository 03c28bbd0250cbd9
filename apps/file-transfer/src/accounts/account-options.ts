/** The options that say who may log in, to what, and how much. */
import { BadValue, kinds, type Kind, type OptionReader } from "@socketscope/host";

export interface UserOption {
  readonly name: string;
  readonly password: string;
}

export interface KeysOption {
  readonly name: string;
  /** In the manner of OpenSSH's authorized_keys. */
  readonly file: string;
}

export interface AccountOptions {
  readonly users: readonly UserOption[];
  readonly readOnly: readonly string[];
  readonly uploadOnly: readonly string[];
  readonly usersFile: string | undefined;
  readonly authorizedKeys: readonly KeysOption[];
  /** A folder, or a template with `{user}`; undefined: the caller's default. */
  readonly home: string | undefined;
  readonly anonymous: string | undefined;
  /** Octets in each home. */
  readonly quota: number | "off";
}

export interface FileOptions {
  /** Bits that new files and folders do not get. */
  readonly umask: number;
  /** ms that a broken upload waits for its resume. */
  readonly partialExpiry: number;
}

/**
 * A name of a user can be a folder's in `--home 'DIR/{user}'`: nothing in it leads elsewhere, and it fits a log line.
 */
export function isUserName(name: string): boolean {
  return /^[\p{L}\p{N}_][\p{L}\p{M}\p{N}._@+-]{0,63}$/u.test(name);
}

const nameAdvice = "a name of letters, digits and . _ @ + - such as ann, at most 64 of them";

export const userName: Kind<string> = {
  argument: "NAME",
  read(text) {
    if (!isUserName(text)) throw new BadValue(`give ${nameAdvice}`);
    return text;
  },
};

/** Everything after the first colon is the password. */
export const userWithPassword: Kind<UserOption> = {
  argument: "NAME:PASSWORD",
  read(text) {
    const colon = text.indexOf(":");
    const [name, password] = [text.slice(0, Math.max(colon, 0)), text.slice(colon + 1)];
    if (!isUserName(name) || password === "" || /[\0\r\n]/.test(password))
      throw new BadValue(`give NAME:PASSWORD such as ann:secret, with ${nameAdvice}`);
    return { name, password };
  },
};

export const userWithKeys: Kind<KeysOption> = {
  argument: "NAME=FILE",
  read(text, base) {
    const equals = text.indexOf("=");
    const name = text.slice(0, Math.max(equals, 0));
    if (!isUserName(name)) throw new BadValue("give NAME=FILE such as ann=ann.pub");
    return { name, file: kinds.path("FILE").read(text.slice(equals + 1), base) };
  },
};

/** Octal, as shells have it: 022, 77, 0o027. */
export const mask: Kind<number> = {
  argument: "M",
  read(text) {
    if (!/^(?:0o)?[0-7]{1,4}$/.test(text) || Number.parseInt(text.replace("0o", ""), 8) > 0o777)
      throw new BadValue("give three octal digits such as 022 or 077");
    return Number.parseInt(text.replace("0o", ""), 8);
  },
};

export function accountOptions(read: OptionReader): AccountOptions {
  return {
    users: read.list("user", userWithPassword, { help: "who may log in; the first colon ends the name" }),
    usersFile: read.maybe("users", kinds.path("FILE"), {
      help: "JSON with more users and hashed passwords (users.schema.json)",
    }),
    readOnly: read.list("read-only", userName, { help: "this user may only read" }),
    uploadOnly: read.list("upload-only", userName, { help: "this user may list and make new files only" }),
    authorizedKeys: read.list("authorized-keys", userWithKeys, {
      help: "a user's public keys, as OpenSSH keeps them",
    }),
    home: read.maybe("home", kinds.path("DIR"), {
      help: "everybody's folder; with {user} in it each has one",
    }),
    anonymous: read.maybe("anonymous", kinds.path("DIR"), {
      help: "let anybody read this folder as anonymous",
    }),
    quota: read.one("quota", kinds.orOff(kinds.size()), { help: "bytes in each home", default: "off" }),
  };
}

export function fileOptions(read: OptionReader): FileOptions {
  return {
    umask: read.one("umask", mask, {
      help: "bits new files do not get, octal",
      default: 0o022,
      shown: "022",
    }),
    partialExpiry: read.one("partial-expiry", kinds.duration("s"), {
      help: "a broken upload waits so long for its resume",
      default: 24 * 3600 * 1000,
      shown: "1d",
    }),
  };
}
