/** Numbers with their units, names of programs and hues: the same everywhere on the page. */
import type { AddressView, MessageView, SocketView } from "../src/views.ts";

/** SI units, as the field counts octets on a wire. */
export function octets(count: number): string {
  if (count < 1000) return `${count} B`;
  for (const [unit, size] of [
    ["kB", 1e3],
    ["MB", 1e6],
    ["GB", 1e9],
  ] as const)
    if (count < size * 1000) return `${(count / size).toFixed(count < size * 10 ? 1 : 0)} ${unit}`;
  return `${(count / 1e12).toFixed(1)} TB`;
}

export function thousands(count: number): string {
  return count.toLocaleString("en");
}

export function milliseconds(ms: number): string {
  if (ms < 1000) return `${ms.toFixed(ms < 100 ? 2 : 1)} ms`;
  return ms < 60_000 ? `${(ms / 1000).toFixed(2)} s` : `${(ms / 60_000).toFixed(1)} min`;
}

export function address({ host, port }: AddressView): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}

const APP_NAMES: Readonly<Record<string, string>> = {
  "web-server": "Web server",
  "mail-relay": "Mail relay",
  "file-transfer": "File transfer",
  "video-streamer": "Video",
  capture: "Capture",
};

export function appName(app: string): string {
  return APP_NAMES[app] ?? app;
}

const APP_HUES: Readonly<Record<string, string>> = {
  "web-server": "http",
  "mail-relay": "smtp",
  "file-transfer": "ftp",
  "video-streamer": "video",
};

/** A custom property of the design tokens. */
export function appHue(app: string): string {
  return `var(--${APP_HUES[app] ?? "socket"})`;
}

const PROTOCOL_HUES: Readonly<Record<string, string>> = {
  http: "http",
  websocket: "http",
  smtp: "smtp",
  pop3: "smtp",
  ftp: "ftp",
  "ftp-data": "ftp",
  sftp: "sftp",
  ssh: "sftp",
  tls: "tls",
  rtmp: "video",
  mpegts: "video",
  rtp: "video",
};

export function protocolHue(protocol: string): string {
  return `var(--${PROTOCOL_HUES[protocol] ?? "socket"})`;
}

export function clientName({ client, process, remote }: SocketView): string {
  return client ?? process ?? `port ${remote.port}`;
}

export function sizeOf({ from, to }: MessageView): number {
  return to - from;
}

/** Where an RFC's section can be read: a link to follow, never something the page loads. */
export function clauseAddress(source: string): string | undefined {
  const [, rfc, section] = /^RFC (\d+) §([\w.]+)$/.exec(source) ?? [];
  return rfc === undefined ? undefined : `https://www.rfc-editor.org/rfc/rfc${rfc}#section-${section}`;
}
