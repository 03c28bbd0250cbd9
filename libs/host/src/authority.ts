/**
 * The local certificate authority: made once per state folder, under a lock, and kept there (the key 0600, never in a
 * repository). It signs servers of this machine for names that its own certificate allows.
 */
import { createHash, createPrivateKey, X509Certificate } from "node:crypto";
import { isIP } from "node:net";
import { networkInterfaces } from "node:os";
import { formatAddress, parseAddress } from "@socketscope/socket-core";
import { AuthorityError } from "./errors.ts";
import { mayVouchFor } from "./name-constraints.ts";
import type { Pair, Validity } from "./signing.ts";
import type { StateFolder } from "./state.ts";

export interface Authority {
  /** The CA's certificate, PEM: what clients are told to trust. */
  readonly certificate: string;
  /** The file that holds it. */
  readonly file: string;
  /**
   * Key and certificate (PEM) for 127.0.0.1, ::1, localhost and `hosts`; kept in the state folder and used again until
   * a month before it ends. Throws {@link AuthorityError} `AUTHORITY_NAME` for a name the CA may not sign.
   */
  issue(hosts: readonly string[]): Promise<Pair>;
}

const ROOT_CERT = "ca.pem";
const ROOT_KEY = "ca-key.pem";

const DAY = 86_400_000;
const ROOT_LIFE = 3650 * DAY;
/** Browsers and macOS refuse a server's certificate that is valid for more than 398 days. */
const LEAF_LIFE = 396 * DAY;
/** What ends sooner is made anew. */
const RENEW_BEFORE = 30 * DAY;
/** For clients whose clock is late. */
const BACKDATE = 3_600_000;
/** Names in one certificate. */
const MAX_HOSTS = 64;

export async function openAuthority(
  state: StateFolder,
  now: () => Date = () => new Date(),
): Promise<Authority> {
  const root = await state.exclusively("ca", () => keptOrNewRoot(state, now()));
  return {
    certificate: root.cert,
    file: state.file(ROOT_CERT),
    async issue(hosts) {
      const names = namesFor(hosts);
      const digest = createHash("sha256").update(names.join(" ")).digest("hex").slice(0, 16);
      return state.exclusively("ca", () => keptOrNewLeaf(state, `leaf-${digest}.pem`, root, names, now()));
    },
  };
}

async function keptOrNewRoot(state: StateFolder, now: Date): Promise<Pair> {
  const cert = await state.read(ROOT_CERT);
  const key = await state.read(ROOT_KEY);
  const kept = { cert: cert?.toString("latin1") ?? "", key: key?.toString("latin1") ?? "" };
  if (isUsable(kept, now)) return kept;
  const { makeRoot } = await import("./signing.ts");
  const root = await makeRoot(validity(now, ROOT_LIFE));
  // The key first: after a crash between the two the pair does not match, and both are made again.
  await state.write(ROOT_KEY, root.key);
  await state.write(ROOT_CERT, root.cert, 0o644);
  return root;
}

async function keptOrNewLeaf(
  state: StateFolder,
  file: string,
  root: Pair,
  names: readonly string[],
  now: Date,
): Promise<Pair> {
  const kept = split((await state.read(file))?.toString("latin1") ?? "");
  if (isUsable(kept, now) && isSignedBy(kept, root) && covers(kept, names)) return kept;
  const { makeLeaf } = await import("./signing.ts");
  const leaf = await makeLeaf(root, names, validity(now, LEAF_LIFE));
  await state.write(file, `${leaf.key}${leaf.cert}`);
  return leaf;
}

function validity(now: Date, life: number): Validity {
  const notBefore = new Date(now.getTime() - BACKDATE);
  return { notBefore, notAfter: new Date(notBefore.getTime() + life) };
}

/** One file holds both, so that they cannot come apart. */
function split(pem: string): Pair {
  const block = (label: string): string =>
    new RegExp(`-----BEGIN ${label}-----[^-]+-----END ${label}-----\n`).exec(pem)?.[0] ?? "";
  return { key: block("PRIVATE KEY"), cert: block("CERTIFICATE") };
}

/** Readable, belonging together, valid now and for a month. */
function isUsable(pair: Pair, now: Date): boolean {
  try {
    const cert = new X509Certificate(pair.cert);
    const from = Date.parse(cert.validFrom);
    const to = Date.parse(cert.validTo);
    if (!(from <= now.getTime() && now.getTime() + RENEW_BEFORE < to)) return false;
    return cert.checkPrivateKey(createPrivateKey(pair.key));
  } catch {
    return false;
  }
}

function isSignedBy(leaf: Pair, root: Pair): boolean {
  const issuer = new X509Certificate(root.cert);
  const cert = new X509Certificate(leaf.cert);
  return cert.checkIssued(issuer) && cert.verify(issuer.publicKey);
}

function covers(leaf: Pair, names: readonly string[]): boolean {
  const cert = new X509Certificate(leaf.cert);
  return names.every((name) => (isIP(name) === 0 ? cert.checkHost(name) : cert.checkIP(name)) !== undefined);
}

/** The usual three and what was asked, each once, in one spelling and order. */
function namesFor(hosts: readonly string[]): string[] {
  const names = new Set(["127.0.0.1", "::1", "localhost"]);
  for (const host of hosts) {
    for (const name of addressesBehind(host)) {
      if (!mayVouchFor(name)) {
        throw new AuthorityError(
          "AUTHORITY_NAME",
          `the local CA signs only loopback and private addresses, .localhost and .test, not ${JSON.stringify(name)}: ` +
            "give a certificate of your own with --tls-cert and --tls-key",
        );
      }
      names.add(name);
    }
  }
  if (names.size > MAX_HOSTS) {
    throw new AuthorityError(
      "AUTHORITY_TOO_MANY",
      `${names.size} names in one certificate: give at most ${MAX_HOSTS}`,
    );
  }
  return [...names].toSorted();
}

/** Who listens on 0.0.0.0 or :: is asked for by the addresses of this machine; those it may sign count. */
function addressesBehind(host: string): string[] {
  const octets = parseAddress(host);
  if (octets === undefined) return [host.toLowerCase()];
  if (octets.some((octet) => octet !== 0)) return [formatAddress(octets)];
  return Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .flatMap(({ address }) => {
      const own = parseAddress(address);
      // `::` takes IPv4 as well, `0.0.0.0` no IPv6
      return own === undefined || own.length > octets.length ? [] : [formatAddress(own)];
    })
    .filter(mayVouchFor);
}
