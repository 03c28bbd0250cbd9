/** From a URL and the options to files on its server, as often as connections are wanted. */
import { readFile } from "node:fs/promises";
import { userInfo } from "node:os";
import { join } from "node:path";
import { codeOf, defaultStateFolder, isLoopback, UsageError } from "@socketscope/host";
import type { TlsClientOptions } from "@socketscope/socket-core";
import { connectFtp } from "./ftp/connect.ts";
import type { Ask } from "./password.ts";
import { resolvePath } from "./paths.ts";
import type { RemoteFiles } from "./remote-files.ts";
import type { ServerOptions } from "./server-options.ts";
import { printable, type Say } from "./terminal.ts";
import type { RemoteUrl } from "./url.ts";

export type Connect = () => Promise<RemoteFiles>;

/**
 * Reads the files that are named; throws UsageError for one that cannot be read. `note`: what must be seen; `ask`: for a
 * password that nobody has given.
 */
export async function connector(
  url: RemoteUrl,
  options: ServerOptions,
  note: Say,
  ask: Ask,
): Promise<Connect> {
  return url.scheme === "sftp" ? overSsh(url, options, note, ask) : overFtp(url, options, note, ask);
}

async function overFtp(url: RemoteUrl, options: ServerOptions, note: Say, ask: Ask): Promise<Connect> {
  const user = url.user ?? options.user ?? "anonymous";
  // RFC 1635: an address, for the server's statistics; nobody needs ours.
  const anonymous = user === "anonymous" || user === "ftp" ? "anonymous@" : undefined;
  const password = (await passwordOf(url, options)) ?? anonymous ?? (await asked(url, user, ask));
  if (password === undefined) throw noPassword();
  const trust = await trustOf(url, options);
  return () =>
    connectFtp({
      host: url.host,
      port: url.port,
      user,
      password,
      // Nobody is on the way within one machine.
      allowClear: options.authClear || isLoopback(url.host),
      tls: url.scheme === "ftps" ? "implicit" : options.tls ? "explicit" : "off",
      trust,
      active: options.active,
      timeout: options.timeout,
      say: options.verbose ? note : undefined,
    });
}

async function overSsh(url: RemoteUrl, options: ServerOptions, note: Say, ask: Ask): Promise<Connect> {
  const { identity, strict, timeout, verbose } = options;
  const user = url.user ?? options.user ?? userInfo().username;
  const privateKey = identity === undefined ? undefined : await readText(identity);
  const agent = process.env["SSH_AUTH_SOCK"];
  const otherwise = privateKey !== undefined || agent !== undefined;
  const given = await passwordOf(url, options);
  const password = given ?? (otherwise ? undefined : await asked(url, user, ask));
  if (password === undefined && !otherwise) throw noPassword();
  // SSH's cryptography is read only where somebody speaks it: who fetches by FTP does not wait for it.
  const { connectSftp } = await import("./sftp/connect.ts");
  return () =>
    connectSftp({
      host: url.host,
      port: url.port,
      user,
      password,
      privateKey,
      agent: password === undefined && privateKey === undefined ? agent : undefined,
      state: stateOf(options),
      strict,
      timeout,
      note,
      say: verbose ? note : undefined,
    });
}

function stateOf({ state }: ServerOptions): string {
  return state ?? defaultStateFolder(process.env).path;
}

function asked({ host }: RemoteUrl, user: string, ask: Ask): Promise<string | undefined> {
  return ask(`Password of ${printable(`${user}@${host}`)}: `);
}

function noPassword(): UsageError {
  return new UsageError("USAGE_BAD_VALUE", "give --password-file FILE, or SOCKETSCOPE_PASSWORD");
}

/** The path that is meant, from the root. */
export function pathOf({ scheme, path }: RemoteUrl, files: RemoteFiles): string {
  if (scheme !== "sftp") return resolvePath(files.home, path);
  // As curl and scp have it: `sftp://host/etc` is /etc, `sftp://host/~/x` begins at home; with no path at all, too.
  if (path === "" || path === "~" || path.startsWith("~/")) return resolvePath(files.home, path.slice(2));
  return resolvePath("/", path);
}

async function passwordOf(url: RemoteUrl, options: ServerOptions): Promise<string | undefined> {
  if (url.password !== undefined) return url.password;
  if (options.passwordFile !== undefined)
    return (await readText(options.passwordFile)).split(/\r?\n/, 1)[0] ?? "";
  return options.password;
}

async function trustOf(url: RemoteUrl, options: ServerOptions): Promise<TlsClientOptions> {
  const { insecure, tlsName: servername = url.host } = options;
  if (insecure) return { servername, verify: false };
  const ca = options.ca === undefined ? await ownAuthority(url, options) : await readText(options.ca);
  return { servername, ...(ca !== undefined && { ca }) };
}

/** On this machine our own servers' certificates are signed by the authority of the state folder. */
async function ownAuthority(url: RemoteUrl, options: ServerOptions): Promise<string | undefined> {
  if (!isLoopback(url.host)) return undefined;
  const folder = stateOf(options);
  try {
    return await readFile(join(folder, "ca.pem"), "utf8");
  } catch (error) {
    if (codeOf(error) === "ENOENT" || codeOf(error) === "ENOTDIR") return undefined;
    throw new UsageError("USAGE_FILE", `cannot read ${join(folder, "ca.pem")}`, { cause: error });
  }
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    throw new UsageError("USAGE_FILE", `cannot read ${path}`, { cause: error });
  }
}
