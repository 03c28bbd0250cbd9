/** TLS's key log (RFC 9850 §2): of each connection, named by its client's random value, the secrets that open it. */
import { LimitError } from "@socketscope/wire";

export interface KeyLogLimits {
  /** Secrets of one file. Default 200,000: TLS 1.3 has five of a connection. */
  readonly maxSecrets: number;
}

export const defaultKeyLogLimits: KeyLogLimits = { maxSecrets: 200_000 };

export type KeyLabel =
  | "CLIENT_RANDOM"
  | "CLIENT_HANDSHAKE_TRAFFIC_SECRET"
  | "SERVER_HANDSHAKE_TRAFFIC_SECRET"
  | "CLIENT_TRAFFIC_SECRET_0"
  | "SERVER_TRAFFIC_SECRET_0";

const LINE = /^([A-Z\d_]{1,64}) ([\da-f]{64}) ((?:[\da-f]{2}){1,128})$/i;

export class KeyLog {
  readonly #limits: KeyLogLimits;
  readonly #secrets = new Map<string, Uint8Array>();
  readonly #randoms = new Set<string>();

  constructor(limits: Partial<KeyLogLimits> = {}) {
    this.#limits = { ...defaultKeyLogLimits, ...limits };
  }

  /** No key came with the file. */
  get empty(): boolean {
    return this.#secrets.size === 0;
  }

  /** Whole lines. Comments, and what is no key, are passed over. Throws LimitError "CAPTURE_KEYS". */
  push(log: string): void {
    // RFC 9850 §2: a line may end by CRLF as well
    for (const line of log.split(/\r?\n/)) {
      const [, label, random, secret] = LINE.exec(line) ?? [];
      if (label === undefined || random === undefined || secret === undefined) continue;
      if (this.#secrets.size >= this.#limits.maxSecrets)
        throw new LimitError("CAPTURE_KEYS", `more than ${this.#limits.maxSecrets} keys in one capture`);
      this.#secrets.set(`${label} ${random.toLowerCase()}`, octetsOf(secret));
      this.#randoms.add(random.toLowerCase());
    }
  }

  /** `random`: as `hexOf` writes it. */
  secret(label: KeyLabel, random: string): Uint8Array | undefined {
    return this.#secrets.get(`${label} ${random}`);
  }

  /** Whether anything of this connection is known. */
  has(random: string): boolean {
    return this.#randoms.has(random);
  }
}

export function hexOf(octets: Uint8Array): string {
  return Array.from(octets, (octet) => octet.toString(16).padStart(2, "0")).join("");
}

function octetsOf(hex: string): Uint8Array {
  return Uint8Array.from({ length: hex.length / 2 }, (_, at) =>
    Number.parseInt(hex.slice(2 * at, 2 * at + 2), 16),
  );
}
