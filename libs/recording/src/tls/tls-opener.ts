/**
 * One connection under TLS, read by the keys of a key log: TLS 1.3 (RFC 8446) and TLS 1.2 with an AEAD (RFC 5246). Nothing
 * is checked that a client would check: no certificate, no Finished. What does not open is said, and never thrown.
 */
import type { Direction } from "@socketscope/wire";
import { alertInWords, CLOSE_NOTIFY } from "./alerts.ts";
import { concat, type TlsCrypto } from "./crypto.ts";
import { type HandshakeMessage, HandshakeReader, MESSAGE } from "./handshake.ts";
import { parseClientHello, parseEncryptedExtensions, parseServerHello } from "./handshake.ts";
import { hexOf, type KeyLabel, type KeyLog } from "./key-log.ts";
import { keys12, type Opened, Protection12, Protection13 } from "./protection.ts";
import { CONTENT, type TlsRecord } from "./record-reader.ts";
import { type Suite, suiteOf, TLS_12, TLS_13 } from "./suites.ts";
import { type TlsHalf, tlsHalf } from "./tls-half.ts";

export type TlsEvent =
  | { readonly type: "data"; readonly direction: Direction; readonly octets: Uint8Array }
  | {
      readonly type: "secured";
      readonly protocol: string;
      readonly cipher: string;
      readonly alpn: string | undefined;
    }
  /** TLS has ended in this direction: these octets came behind it. */
  | { readonly type: "clear"; readonly direction: Direction; readonly octets: Uint8Array }
  /** Of this direction nothing more is told. */
  | { readonly type: "lost"; readonly direction: Direction; readonly why: string }
  /** Something is not read, and the rest is. */
  | { readonly type: "passed-over"; readonly why: string }
  /** Nothing was opened, and nothing will be. Undefined: it is no TLS at all. */
  | { readonly type: "failed"; readonly why: string | undefined };

/** What both ends agreed on. */
interface Agreed {
  readonly version: number;
  readonly suite: Suite;
  readonly random: Uint8Array;
}

export class TlsOpener {
  readonly #crypto: TlsCrypto;
  readonly #keys: KeyLog;
  readonly #halves: Readonly<Record<Direction, TlsHalf>>;
  #events: TlsEvent[] = [];
  #random: Uint8Array | undefined;
  /** Data before the handshake's end. */
  #early: "none" | "offered" | "told" = "none";
  #agreed: Agreed | undefined;
  #alpn: string | undefined;
  #secured = false;
  #failed = false;
  #refused: string | undefined;

  /** `client`: the direction in which TLS's client speaks; FTP's data has it where TCP's server is. */
  constructor(crypto: TlsCrypto, keys: KeyLog, client: Direction) {
    this.#crypto = crypto;
    this.#keys = keys;
    this.#halves = {
      in: tlsHalf("in", client === "in" ? "client" : "server"),
      out: tlsHalf("out", client === "out" ? "client" : "server"),
    };
  }

  /** Something was opened: what is told from now on stands for what came. */
  get opened(): boolean {
    return this.#halves.in.opened || this.#halves.out.opened;
  }

  feed(direction: Direction, octets: Uint8Array): readonly TlsEvent[] {
    const half = this.#halves[direction];
    if (half.state === "lost" || this.#failed) return [];
    if (half.state === "ended") this.#afterEnd(half, octets);
    else {
      half.reader.push(octets);
      this.#cut(half);
      while (this.#step(this.#halves.in) || this.#step(this.#halves.out)) continue;
    }
    return this.#take();
  }

  /** Octets of this direction are missing: the records behind them have numbers that nobody knows. */
  gap(direction: Direction): readonly TlsEvent[] {
    const half = this.#halves[direction];
    if (half.state === "open")
      this.#lose(half, `octets of the ${half.who} are missing here, and no record after them opens`);
    return this.#take();
  }

  /** The connection, or the capture, has ended. */
  end(): readonly TlsEvent[] {
    if (this.#failed) return [];
    const unread = Object.values(this.#halves).find(
      ({ state, records, reader }) => state === "open" && records.length + reader.waiting > 0,
    );
    if (!this.#secured)
      this.#fail(this.#refused ?? (this.#lacksKeys() ? NO_KEYS : "the handshake did not come to its end"));
    else if (unread !== undefined)
      this.#lose(unread, `it ends in the midst of a record of the ${unread.who}`);
    return this.#take();
  }

  #take(): readonly TlsEvent[] {
    const events = this.#events;
    this.#events = [];
    return events;
  }

  #cut(half: TlsHalf): void {
    for (;;) {
      const record = half.reader.next();
      if (record === undefined) return;
      if (record === "foreign") {
        // Where records before it still wait, they are read first.
        while (this.#step(half)) continue;
        if (half.state === "open") this.#lose(half, "what comes here is no record of TLS");
        return;
      }
      half.records.push(record);
      while (this.#step(half)) continue;
      if (half.state !== "open") {
        this.#afterEnd(half, half.reader.rest());
        return;
      }
    }
  }

  /** Whether a record was read. */
  #step(half: TlsHalf): boolean {
    const [record] = half.records;
    if (record === undefined || half.state !== "open" || this.#failed) return false;
    if (!(half.protection === undefined ? this.#clearRecord(half, record) : this.#sealed(half, record)))
      return false;
    half.records.shift();
    return true;
  }

  /** False: it waits for what the other side says, or for keys. */
  #clearRecord(half: TlsHalf, record: TlsRecord): boolean {
    if (this.#random === undefined && (half.who === "server" || record.type !== CONTENT.handshake)) {
      this.#fail(NO_TLS);
      return true;
    }
    if (record.type === CONTENT.handshake) this.#messages(half, record.fragment);
    else if (record.type === CONTENT.alert) this.#alert(half, record.fragment);
    else return this.#protect(half, record);
    return true;
  }

  /** What follows in this direction is sealed. */
  #protect(half: TlsHalf, record: TlsRecord): boolean {
    const { type } = record;
    const agreed = this.#agreed;
    // RFC 8446 §D.4: after a HelloRetryRequest one comes for the sake of what stands between the two
    if (agreed === undefined) return half.who === "server" && type === CONTENT.changeCipherSpec;
    // RFC 8446 §5: this record means nothing any more
    if (agreed.version === TLS_13 && type === CONTENT.changeCipherSpec) return true;
    if (agreed.version === TLS_13) {
      this.#protect13(half, agreed, "HANDSHAKE_TRAFFIC_SECRET");
      return half.protection !== undefined && this.#sealed(half, record);
    }
    if (type !== CONTENT.changeCipherSpec) {
      this.#lose(half, "application data came before the handshake's end");
      return true;
    }
    const master = this.#secret("CLIENT_RANDOM");
    if (master === undefined) {
      // A library tells this secret with its own Finished, which may come later in a capture that was made live.
      const late = half.records.some((one) => one.type === CONTENT.data);
      if (late) this.#fail(NO_KEYS);
      return late;
    }
    const randoms = concat(agreed.random, this.#random ?? agreed.random);
    const keys = keys12(this.#crypto, agreed.suite, { master, randoms })[half.who];
    half.protection = new Protection12(this.#crypto, agreed.suite, keys);
    return true;
  }

  #protect13(half: TlsHalf, { suite }: Agreed, what: "HANDSHAKE_TRAFFIC_SECRET" | "TRAFFIC_SECRET_0"): void {
    const label = `${half.who === "client" ? "CLIENT" : "SERVER"}_${what}` as const;
    const secret = this.#secret(label);
    if (secret !== undefined) half.protection = new Protection13(this.#crypto, suite, secret);
    else this.#lose(half, this.#lacksKeys() ? NO_KEYS : `this file has no ${label} of it`);
  }

  #sealed(half: TlsHalf, record: TlsRecord): boolean {
    const is13 = this.#agreed?.version === TLS_13;
    if (is13 && record.type === CONTENT.changeCipherSpec) return true;
    // RFC 8446 §6: who has no keys yet says an alert in clear
    if (is13 && record.type === CONTENT.alert && record.fragment.length === 2) {
      this.#alert(half, record.fragment);
      return true;
    }
    const opened = half.protection?.open(record);
    if (opened !== undefined) {
      half.opened = true;
      this.#read(half, opened);
    } else if (this.#early !== "none" && half.who === "client" && !half.opened) {
      // RFC 8446 §4.2.10: data that came early is sealed by other keys, and stands before all else
      if (this.#early === "offered") this.#events.push({ type: "passed-over", why: EARLY });
      this.#early = "told";
    } else if (this.opened) this.#lose(half, `a record of the ${half.who} does not open`);
    else this.#fail(WRONG_KEYS);
    return true;
  }

  #read(half: TlsHalf, { type, octets }: Opened): void {
    if (type === CONTENT.handshake) this.#messages(half, octets);
    else if (type === CONTENT.alert) this.#alert(half, octets);
    else if (type === CONTENT.data && octets.length > 0) {
      this.#secure();
      this.#events.push({ type: "data", direction: half.direction, octets });
    }
  }

  #messages(half: TlsHalf, octets: Uint8Array): void {
    half.handshake.push(octets);
    for (;;) {
      const message = half.handshake.next();
      if (message === undefined || half.state !== "open" || this.#failed) return;
      if (message === "long") return this.#lose(half, "a message of the handshake is too long");
      this.#message(half, message);
    }
  }

  #message(half: TlsHalf, { type, body }: HandshakeMessage): void {
    if (this.#random === undefined && type !== MESSAGE.clientHello) return this.#fail(NO_TLS);
    switch (type) {
      case MESSAGE.clientHello:
        return this.#clientHello(half, body);
      case MESSAGE.serverHello:
        return this.#serverHello(half, body);
      case MESSAGE.encryptedExtensions:
        this.#alpn = parseEncryptedExtensions(body);
        return;
      case MESSAGE.finished:
        return this.#finished(half);
      case MESSAGE.keyUpdate:
        // RFC 8446 §4.6.3: whoever says it changes its own keys
        half.protection = half.protection?.updated();
    }
  }

  #clientHello(half: TlsHalf, body: Uint8Array): void {
    if (half.finished) {
      for (const one of Object.values(this.#halves)) this.#lose(one, "TLS is agreed on anew here");
      return;
    }
    const hello = parseClientHello(body);
    if (hello === undefined || half.who === "server") return this.#fail(NO_TLS);
    this.#random = hello.random;
    // RFC 8446 §4.1.2: the ClientHello after a HelloRetryRequest offers no early data any more
    if (hello.early) this.#early = "offered";
  }

  #serverHello(half: TlsHalf, body: Uint8Array): void {
    const hello = parseServerHello(body);
    if (hello === undefined || half.who === "client") return this.#fail(NO_TLS);
    if (hello.retry || this.#agreed !== undefined) return;
    const { version, random } = hello;
    if (version !== TLS_12 && version !== TLS_13)
      return this.#fail(`TLS of version ${hexNumber(version)} is not read, 1.2 and 1.3 are`);
    const suite = suiteOf(version, hello.suite);
    if (suite === undefined)
      return this.#fail(
        `the cipher suite ${hexNumber(hello.suite)} is not read: AES-GCM and ChaCha20-Poly1305 are, CBC and others are not`,
      );
    this.#agreed = { version, suite, random };
    this.#alpn = hello.alpn;
  }

  #finished(half: TlsHalf): void {
    half.finished = true;
    const agreed = this.#agreed;
    if (agreed?.version === TLS_13) {
      half.handshake = new HandshakeReader();
      this.#protect13(half, agreed, "TRAFFIC_SECRET_0");
    }
    if (this.#halves.in.finished && this.#halves.out.finished) this.#secure();
  }

  #secure(): void {
    const agreed = this.#agreed;
    if (this.#secured || agreed === undefined) return;
    this.#secured = true;
    const protocol = agreed.version === TLS_13 ? "TLSv1.3" : "TLSv1.2";
    this.#events.push({ type: "secured", protocol, cipher: agreed.suite.name, alpn: this.#alpn });
  }

  #alert(half: TlsHalf, [level = 0, description = 0]: Uint8Array): void {
    // RFC 8446 §6.1: close_notify ends what this side says; §6.2: an error ends both
    if (description === CLOSE_NOTIFY) half.state = "ended";
    else if (!this.#secured && level === 2)
      this.#refused ??= `TLS was not agreed, the ${half.who} said: ${alertInWords(description)}`;
  }

  #afterEnd(half: TlsHalf, octets: Uint8Array): void {
    const [type = 0, version] = octets;
    // Records that come all the same are nothing to the other end either.
    const record = type >= CONTENT.changeCipherSpec && type <= CONTENT.data && version === 3;
    if (half.state === "ended" && octets.length > 0 && !record)
      this.#events.push({ type: "clear", direction: half.direction, octets });
  }

  #lose(half: TlsHalf, why: string): void {
    if (!this.opened) return this.#fail(why);
    if (half.state !== "open") return;
    half.state = "lost";
    half.records.length = 0;
    this.#events.push({ type: "lost", direction: half.direction, why });
  }

  #fail(why: string): void {
    if (this.#failed) return;
    this.#failed = true;
    if (this.opened) this.#events.push({ type: "passed-over", why });
    else this.#events.push({ type: "failed", why: this.#random === undefined ? undefined : why });
  }

  #secret(label: KeyLabel): Uint8Array | undefined {
    return this.#random === undefined ? undefined : this.#keys.secret(label, hexOf(this.#random));
  }

  #lacksKeys(): boolean {
    return this.#random === undefined || !this.#keys.has(hexOf(this.#random));
  }
}

const NO_TLS = "this is no handshake of TLS";
const NO_KEYS = "this file has no keys of this connection";
const WRONG_KEYS = "the keys in this file do not open it";
const EARLY = "data that the client sent early (0-RTT) is not read";

function hexNumber(value: number): string {
  return `0x${value.toString(16).padStart(4, "0")}`;
}
