/** The state folder: what a program keeps between runs, and the sockets through which the programs find each other. */
import { chmod, mkdir, open, readdir, readFile, rename, rm, stat } from "node:fs/promises";
import { randomBytes } from "node:crypto";
import { homedir } from "node:os";
import { basename, dirname, isAbsolute, join } from "node:path";
import { codeOf, StateError } from "./errors.ts";
import { acquireLock, type Lock } from "./lock.ts";
import type { Environment } from "./option-sources.ts";

/** sun_path holds 108 octets on Linux, 104 on macOS and the BSDs, the closing NUL included (unix(7)). */
const MAX_SOCKET_PATH = process.platform === "linux" ? 107 : 103;

export interface StateFolder {
  /** Absolute. */
  readonly path: string;
  /** A file in it. */
  file(name: string): string;
  /** A socket in it. Throws {@link StateError} `STATE_PATH_TOO_LONG` where the kernel could not take the name. */
  socket(name: string): string;
  /** Bytes, or undefined when there is no such file. */
  read(name: string): Promise<Buffer | undefined>;
  /** All or nothing, on the disk when it returns. Mode 0600 unless said otherwise. */
  write(name: string, content: string | Uint8Array, mode?: number): Promise<void>;
  /** Waits for its turn: for work that only one process may do, such as making a key. */
  exclusively<T>(name: string, work: () => Promise<T>): Promise<T>;
  /** One running instance of an app. Throws {@link StateError} `STATE_LOCKED` when another is. */
  lockFor(app: string): Promise<Lock>;
}

/** Milliseconds: making a CA takes some 50, on a busy machine a second. */
const WAIT_FOR_WORK = 30_000;
/** Milliseconds: as long as two that start at the same time may need to see who is first. */
const WAIT_FOR_APP = 500;

/** `shown` keeps `~`, for help and messages. XDG Base Directory: relative values are ignored. */
export function defaultStateFolder(
  env: Environment,
  platform: string = process.platform,
): { readonly path: string; readonly shown: string } {
  const xdg = env["XDG_STATE_HOME"];
  if (xdg !== undefined && isAbsolute(xdg)) {
    return { path: join(xdg, "socketscope"), shown: "$XDG_STATE_HOME/socketscope" };
  }
  const local = env["LOCALAPPDATA"];
  if (platform === "win32" && local !== undefined) {
    return { path: join(local, "socketscope"), shown: "%LOCALAPPDATA%\\socketscope" };
  }
  const home = env["HOME"] ?? homedir();
  return { path: join(home, ".local", "state", "socketscope"), shown: "~/.local/state/socketscope" };
}

/** Makes it, or checks that nobody else may look in. */
export async function openStateFolder(path: string): Promise<StateFolder> {
  await mkdir(path, { recursive: true, mode: 0o700 });
  await ensurePrivate(path);
  return {
    path,
    file: (name) => join(path, name),
    socket: (name) => socketPath(join(path, name)),
    async read(name) {
      try {
        return await readFile(join(path, name));
      } catch (error) {
        if (codeOf(error) === "ENOENT") return undefined;
        throw error;
      }
    },
    write: (name, content, mode = 0o600) => writeFileAtomic(join(path, name), content, mode),
    async exclusively(name, work) {
      const lock = await acquireLock(join(path, `${name}.lock`), { wait: WAIT_FOR_WORK });
      try {
        return await work();
      } finally {
        await lock.release();
      }
    },
    async lockFor(app) {
      try {
        return await acquireLock(join(path, `${app}.lock`), { wait: WAIT_FOR_APP });
      } catch (error) {
        if (!(error instanceof StateError)) throw error;
        const why = `${app} runs already with the state folder ${path} (${error.message})`;
        throw new StateError(error.code, `${why}: stop it, or choose another folder with --state DIR`);
      }
    },
  };
}

async function ensurePrivate(path: string): Promise<void> {
  if (process.platform === "win32") return;
  const { mode, uid } = await stat(path);
  if (uid !== process.getuid?.()) {
    throw new StateError(
      "STATE_NOT_OURS",
      `state folder ${path} belongs to another user: choose another with --state DIR`,
    );
  }
  if ((mode & 0o077) === 0) return;
  // A folder made by hand a moment ago is ours to close. One with something in it may be shared for a reason.
  if ((await readdir(path)).length > 0) {
    const octal = (mode & 0o777).toString(8);
    throw new StateError(
      "STATE_OPEN_TO_OTHERS",
      `state folder ${path} is open to other users (mode ${octal}): chmod 700 it, or choose another with --state DIR`,
    );
  }
  await chmod(path, 0o700);
}

function socketPath(path: string): string {
  const length = Buffer.byteLength(path);
  if (length <= MAX_SOCKET_PATH) return path;
  throw new StateError(
    "STATE_PATH_TOO_LONG",
    `socket path ${path} has ${length} bytes, the system takes ${MAX_SOCKET_PATH}: choose a shorter --state DIR`,
  );
}

/** Readers see the old content or the new, also after a crash or power loss. */
export async function writeFileAtomic(
  path: string,
  content: string | Uint8Array,
  mode: number,
): Promise<void> {
  const temporary = join(dirname(path), `.${basename(path)}.${randomBytes(6).toString("hex")}`);
  try {
    const file = await open(temporary, "wx", mode);
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  // Without this the file is safe, but its name may be lost with the power. Windows cannot open a folder.
  if (process.platform === "win32") return;
  const folder = await open(dirname(path), "r");
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
