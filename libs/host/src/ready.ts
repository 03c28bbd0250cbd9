/** What a server says when it is ready: a banner for people, or the one JSON line that programs wait for. */
import type { Address } from "@socketscope/socket-core";
import type { Account } from "./account.ts";

export interface Ready {
  readonly app: string;
  readonly version: string;
  readonly engine: string;
  /** The state folder. */
  readonly state: string;
  /** The local CA's certificate file, where the program serves TLS. */
  readonly ca?: string;
  /** The command that makes this machine trust it. */
  readonly trust?: string;
  readonly account?: Account;
  readonly listeners: readonly ListenerUrl[];
  /** More for people only: one line each. */
  readonly hints?: readonly string[];
}

export interface ListenerUrl {
  /** `http`, `smtps`, … as the contract names them. Two addresses of one listener are two entries. */
  readonly name: string;
  readonly url: string;
  /** Of the key by which clients know the server again (SSH): `SHA256:…` */
  readonly fingerprint?: string;
}

/** `http://127.0.0.1:8080`, `ftp://[::1]:2121` (RFC 3986 §3.2.2: IPv6 stands in brackets). */
export function listenerUrl(name: string, address: Address, scheme: string = name): ListenerUrl {
  const host = address.host.includes(":") ? `[${address.host}]` : address.host;
  return { name, url: `${scheme}://${host}:${address.port}` };
}

/** With its newline. Names and order are a contract. */
export function readyLine(ready: Ready): string {
  const { app, engine, state, ca, account, listeners } = ready;
  return `${JSON.stringify({ ready: true, app, engine, pid: process.pid, state, ca, account, listeners })}\n`;
}

export function banner(ready: Ready): string {
  const rows: [string, string][] = [];
  let previous = "";
  for (const { name, url, fingerprint } of ready.listeners) {
    rows.push([name === previous ? "" : name, fingerprint === undefined ? url : `${url}  ${fingerprint}`]);
    previous = name;
  }
  if (ready.account !== undefined)
    rows.push(["account", `${ready.account.user} / ${ready.account.password}`]);
  rows.push(["state", ready.state]);
  if (ready.ca !== undefined) rows.push(["CA", ready.ca]);
  if (ready.trust !== undefined) rows.push(["trust it", ready.trust]);
  const width = Math.max(...rows.map(([name]) => name.length)) + 2;
  const lines = rows.map(([name, value]) => `  ${name.padEnd(width)}${value}`);
  const title = `Socketscope ${ready.app} ${ready.version} (engine: ${ready.engine})`;
  const hints = (ready.hints ?? []).map((hint) => `  ${hint}`);
  return [
    title,
    "",
    ...lines,
    "",
    ...hints,
    "  Ctrl+C stops it: what runs may finish; twice cuts it off.",
    "",
    "",
  ].join("\n");
}

/** The ready line is the first line on standard output, since nothing else is ever written there before it. */
export function announce(ready: Ready, json: boolean): void {
  process.stdout.write(json ? readyLine(ready) : banner(ready));
}
