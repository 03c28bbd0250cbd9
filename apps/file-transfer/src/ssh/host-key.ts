/** The key by which SSH clients know this server again: made once, kept in the state folder, never shown. */
import type { StateFolder } from "@socketscope/host";
import { fingerprintOf, generateHostKey } from "@socketscope/ssh";

export interface HostKey {
  readonly privateKey: string;
  /** `SHA256:…`, as a client shows it at the first connection. */
  readonly fingerprint: string;
}

const FILE = "ssh_host_ed25519_key";

export function openHostKey(state: StateFolder): Promise<HostKey> {
  return state.exclusively("ssh-host-key", async () => {
    const kept = (await state.read(FILE))?.toString("utf8");
    // A file that is no key any more is reported, not replaced: its clients would see another server.
    if (kept !== undefined) return { privateKey: kept, fingerprint: fingerprintOf(kept) };
    const privateKey = generateHostKey();
    await state.write(FILE, privateKey, 0o600);
    return { privateKey, fingerprint: fingerprintOf(privateKey) };
  });
}
