/** What is spoken on a connection that nobody told us of: its first words say it, or its server's port. */
import { decodeLatin1 } from "@socketscope/wire";

const PORTS: Readonly<Record<number, string>> = {
  20: "ftp-data",
  21: "ftp",
  22: "ssh",
  25: "smtp",
  80: "http",
  110: "pop3",
  443: "tls",
  465: "tls",
  587: "smtp",
  990: "tls",
  995: "tls",
  1935: "rtmp",
};

/** Of several that listen, the one that is known serves. */
export function isServicePort(port: number): boolean {
  return Object.hasOwn(PORTS, port);
}

export function protocolOfPort(port: number): string | undefined {
  return PORTS[port];
}

const UNDER_TLS: Readonly<Record<number, string>> = {
  443: "http",
  465: "smtp",
  990: "ftp",
  995: "pop3",
};

/** What is spoken where TLS comes before all else. */
export function protocolUnderTls(port: number): string | undefined {
  return UNDER_TLS[port];
}

const OF_ALPN: ReadonlyMap<string, string> = new Map([
  ["http/1.0", "http"],
  ["http/1.1", "http"],
  ["h2", "h2"],
  ["pop3", "pop3"],
  ["ftp", "ftp"],
]);

/** By the name that TLS's ends agreed on (RFC 7301 §6). */
export function protocolOfAlpn(alpn: string): string | undefined {
  return OF_ALPN.get(alpn);
}

/** Octets that are looked at. */
const LOOKED_AT = 256;

const REQUEST = /^(?:GET|HEAD|POST|PUT|DELETE|OPTIONS|PATCH|CONNECT|TRACE) \S+ HTTP\/1\.[01]\r?$/m;

/** `fromClient`: who said it. Undefined: these words may belong to several. */
export function protocolOfWords(octets: Uint8Array, fromClient: boolean): string | undefined {
  const text = decodeLatin1(octets, 0, Math.min(octets.length, LOOKED_AT));
  if (/^SSH-[12]\./.test(text)) return "ssh";
  // RFC 8446 §5.1: a handshake record of version 3.x
  if (octets[0] === 0x16 && octets[1] === 3) return "tls";
  if (fromClient) {
    if (REQUEST.test(text)) return "http";
    if (/^(?:EHLO|HELO|LHLO) /i.test(text)) return "smtp";
    if (/^(?:CAPA|APOP |STLS)/i.test(text)) return "pop3";
    return /^(?:FEAT|AUTH TLS|PASV|EPSV|SYST|CLNT )/i.test(text) ? "ftp" : undefined;
  }
  if (text.startsWith("+OK")) return "pop3";
  if (/^220[ -].*SMTP/i.test(text)) return "smtp";
  if (/^220[ -].*(?:FTP|FileZilla)/i.test(text)) return "ftp";
  return /^HTTP\/1\.[01] \d{3}/.test(text) ? "http" : undefined;
}
