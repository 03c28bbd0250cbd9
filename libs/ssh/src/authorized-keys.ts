/** Lines of an authorized_keys file as OpenSSH writes them (sshd(8), AUTHORIZED_KEYS FILE FORMAT). */
import ssh2, { type ParsedKey } from "ssh2";

/** What a client offers: the key's octets, and once it has signed, what it signed. */
export interface PublicKey {
  readonly algorithm: string;
  readonly octets: Uint8Array;
  readonly proof?: {
    readonly signed: Uint8Array;
    readonly signature: Uint8Array;
    readonly hash: string | undefined;
  };
}

/** Words in front of a key that say who may use it, which is not carried out here: such a line lets nobody in. */
const NARROWING = /^(?:from|expiry-time|cert-authority|principals|verify-required)(?:=|$)/i;
const KEY_TYPE = /^(?:ssh-(?:ed25519|rsa)|ecdsa-sha2-nistp(?:256|384|521))$/;

/** One of `lines` is this key; with a proof: and the signature is its own. Options that allow less than SFTP are without effect. */
export function authorizes(lines: readonly string[], key: PublicKey): boolean {
  return lines.some((line) => {
    const listed = keyOf(line);
    if (listed === undefined || !Buffer.from(key.octets).equals(listed.getPublicSSH())) return false;
    const { proof } = key;
    if (proof === undefined) return true;
    const { signed, signature, hash } = proof;
    // Its types say boolean; what it cannot check it answers with an Error, which is true enough for an "if".
    const verified: unknown = listed.verify(Buffer.from(signed), Buffer.from(signature), hash);
    return verified === true;
  });
}

function keyOf(line: string): ParsedKey | undefined {
  const words = wordsOf(line.trim());
  if (words.length === 0 || words[0]?.startsWith("#") === true) return undefined;
  // At most one word of options stands in front of the type.
  const at = words.findIndex((word) => KEY_TYPE.test(word));
  if (at !== 0 && at !== 1) return undefined;
  if (at === 1 && optionsOf(words[0] ?? "").some((option) => NARROWING.test(option))) return undefined;
  const parsed = ssh2.utils.parseKey(`${words[at]} ${words[at + 1] ?? ""}`);
  return parsed instanceof Error ? undefined : parsed;
}

/** Blanks within quotation marks part nothing. */
function wordsOf(line: string): readonly string[] {
  return line.match(/(?:"(?:\\.|[^"\\])*"|[^\s"])+/g) ?? [];
}

function optionsOf(word: string): readonly string[] {
  return word.match(/(?:"(?:\\.|[^"\\])*"|[^,"])+/g) ?? [];
}
