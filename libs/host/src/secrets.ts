/**
 * What must not be read in a log: passwords, keys, tokens. Each is looked for raw, URL-encoded, and inside base64 at
 * every alignment (`AUTH PLAIN` and `Basic` put a user name before the password). A mask keeps the length.
 */

/** Characters. Shorter ones would mask half of every sentence; the accounts we make are far longer. */
const SHORTEST = 4;
/** Secrets remembered; the oldest is forgotten above it. */
const MAX_SECRETS = 1024;

export class Secrets {
  readonly #forms = new Map<string, readonly string[]>();

  hide(secret: string): void {
    if (secret.length < SHORTEST || this.#forms.has(secret)) return;
    const oldest = this.#forms.size >= MAX_SECRETS ? this.#forms.keys().next().value : undefined;
    if (oldest !== undefined) this.#forms.delete(oldest);
    this.#forms.set(secret, formsOf(secret));
  }

  mask(text: string): string {
    let masked = text;
    for (const forms of this.#forms.values()) {
      for (const form of forms) {
        if (masked.includes(form)) masked = masked.replaceAll(form, "*".repeat(form.length));
      }
    }
    return masked;
  }
}

function formsOf(secret: string): string[] {
  const bytes = Buffer.from(secret, "utf8");
  const base64 = [0, 1, 2]
    .map((before) => withinBase64(bytes, before))
    .filter((form) => form.length >= SHORTEST);
  const base64url = base64.map((form) => form.replaceAll("+", "-").replaceAll("/", "_"));
  const forms = new Set([secret, encodeURIComponent(bytes.toString("utf8")), ...base64, ...base64url]);
  return [...forms].toSorted((a, b) => b.length - a.length);
}

/** The characters that depend on these octets alone, when so many others (mod 3) stand before them. */
function withinBase64(bytes: Buffer, before: number): string {
  const whole = Buffer.concat([Buffer.alloc(before), bytes]).toString("base64");
  // RFC 4648 §4: 24 bits make four characters; one octet before us reaches into the second, two into the third
  const from = before === 0 ? 0 : before + 1;
  const padding = whole.indexOf("=");
  return padding < 0 ? whole.slice(from) : whole.slice(from, padding - 1);
}
