/**
 * The SSH host keys of servers that were seen before, in `known_hosts` of the state folder, in OpenSSH's format: a new
 * server's key is remembered and said, a changed one is refused.
 */
import { openStateFolder, type StateFolder } from "@socketscope/host";
import type { ServerKey } from "@socketscope/ssh";

const FILE = "known_hosts";

export type HostKeyVerdict = "known" | "new" | "changed" | "unknown";

export interface KnownHosts {
  /**
   * `new`: it was not known and is now. `unknown`: it is not, and was not to be remembered. Two that look at the same
   * time remember it once.
   */
  look(host: string, port: number, key: ServerKey, remember: boolean): Promise<HostKeyVerdict>;
  /** Where they are kept, for messages. */
  readonly file: string;
}

export async function openKnownHosts(folder: string): Promise<KnownHosts> {
  const state = await openStateFolder(folder);
  return {
    file: state.file(FILE),
    look: (host, port, key, remember) =>
      state.exclusively("known-hosts", () => lookIn(state, nameOf(host, port), key, remember)),
  };
}

/** sshd(8), "SSH_KNOWN_HOSTS FILE FORMAT": `[host]:port` where the port is not 22. */
function nameOf(host: string, port: number): string {
  return port === 22 ? host.toLowerCase() : `[${host.toLowerCase()}]:${port}`;
}

async function lookIn(
  state: StateFolder,
  name: string,
  { type, octets }: ServerKey,
  remember: boolean,
): Promise<HostKeyVerdict> {
  const text = (await state.read(FILE))?.toString("utf8") ?? "";
  const key = Buffer.from(octets).toString("base64");
  const known = text.split("\n").filter((line) => line.split(" ", 1)[0] === name);
  if (known.some((line) => line.split(" ")[2] === key)) return "known";
  // A key of another type is no proof either: who stands between us would offer just that.
  if (known.length > 0) return "changed";
  if (!remember) return "unknown";
  await state.write(FILE, `${text}${name} ${type} ${key}\n`);
  return "new";
}
