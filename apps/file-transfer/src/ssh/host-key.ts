/** The keys by which SSH clients know this server again: one made once and kept in the state folder, or those of files. */
import { UsageError, type StateFolder } from "@socketscope/host";
import { fingerprintOf, generateHostKey, SshError } from "@socketscope/ssh";
import { readFile } from "node:fs/promises";

export interface HostKey {
  readonly privateKey: string;
  /** `SHA256:…`, as a client shows it at the first connection. */
  readonly fingerprint: string;
}

const FILE = "ssh_host_ed25519_key";

/** Of `files`, the first one before all; without any, our own. Rejects with UsageError for what is no private key. */
export async function openHostKeys(
  state: StateFolder,
  files: readonly string[],
): Promise<readonly [HostKey, ...HostKey[]]> {
  const [first, ...more] = await Promise.all(files.map(readHostKey));
  return first === undefined ? [await ourOwn(state)] : [first, ...more];
}

function ourOwn(state: StateFolder): Promise<HostKey> {
  return state.exclusively("ssh-host-key", async () => {
    const kept = (await state.read(FILE))?.toString("utf8");
    // A file that is no key any more is reported, not replaced: its clients would see another server.
    if (kept !== undefined) return { privateKey: kept, fingerprint: fingerprintOf(kept) };
    const privateKey = generateHostKey();
    await state.write(FILE, privateKey, 0o600);
    return { privateKey, fingerprint: fingerprintOf(privateKey) };
  });
}

async function readHostKey(file: string): Promise<HostKey> {
  const privateKey = await readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
    throw new UsageError("USAGE_BAD_VALUE", `--host-key ${file}: ${error.code ?? "it cannot be read"}`);
  });
  try {
    if (!privateKey.includes("PRIVATE KEY")) throw new SshError("KEY", "that is no private key");
    return { privateKey, fingerprint: fingerprintOf(privateKey) };
  } catch (error) {
    if (!(error instanceof SshError)) throw error;
    throw new UsageError("USAGE_BAD_VALUE", `--host-key ${file}: ${error.message}`);
  }
}
