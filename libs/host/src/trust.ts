/** The one command that makes this machine, or a browser on it, trust the local CA. We print it; we never run it. */
import { existsSync } from "node:fs";

/** For the system's own store, which curl, wget and most programs ask. */
export function trustCommand(
  file: string,
  platform: string = process.platform,
  exists: (path: string) => boolean = existsSync,
): string {
  if (platform === "win32") return `certutil -addstore -user Root "${file}"`;
  const quoted = shellQuoted(file);
  if (platform === "darwin") {
    return `security add-trusted-cert -r trustRoot -k ~/Library/Keychains/login.keychain-db ${quoted}`;
  }
  const debian = ["/usr/sbin/update-ca-certificates", "/usr/bin/update-ca-certificates"].some(exists);
  // Fedora, Arch and their kin use p11-kit
  if (!debian && exists("/usr/bin/trust")) return `sudo trust anchor ${quoted}`;
  return `sudo cp ${quoted} /usr/local/share/ca-certificates/socketscope.crt && sudo update-ca-certificates`;
}

/** On Linux Chromium asks a store of its own, and Firefox one in its profile folder (certutil is in libnss3-tools). */
export function browserTrustCommand(file: string, store: string = "$HOME/.pki/nssdb"): string {
  const database = store.startsWith("$HOME/") ? `"sql:${store}"` : shellQuoted(`sql:${store}`);
  return `certutil -A -d ${database} -t C,, -n Socketscope -i ${shellQuoted(file)}`;
}

function shellQuoted(text: string): string {
  return /^[\w./:@%+,-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
