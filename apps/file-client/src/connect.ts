/** From a URL and the options to files on its server, as often as connections are wanted. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { codeOf, defaultStateFolder, isLoopback, UsageError } from "@socketscope/host";
import type { TlsClientOptions } from "@socketscope/socket-core";
import { connectFtp } from "./ftp/connect.ts";
import { resolvePath } from "./paths.ts";
import type { RemoteFiles } from "./remote-files.ts";
import type { ServerOptions } from "./server-options.ts";
import type { Say } from "./terminal.ts";
import type { RemoteUrl } from "./url.ts";

export type Connect = () => Promise<RemoteFiles>;

/** Reads the files that are named; throws UsageError for one that cannot be read. */
export async function connector(url: RemoteUrl, options: ServerOptions, say: Say): Promise<Connect> {
  const user = url.user ?? options.user ?? "anonymous";
  const password = await passwordOf(url, options, user);
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
      say: options.verbose ? say : undefined,
    });
}

/** The path that is meant, from the root. */
export function pathOf(url: RemoteUrl, files: RemoteFiles): string {
  return resolvePath(files.home, url.path);
}

async function passwordOf(url: RemoteUrl, options: ServerOptions, user: string): Promise<string> {
  if (url.password !== undefined) return url.password;
  if (options.passwordFile !== undefined)
    return (await readText(options.passwordFile)).split(/\r?\n/, 1)[0] ?? "";
  if (options.password !== undefined) return options.password;
  // RFC 1635: an address, for the server's statistics; nobody needs ours.
  if (user === "anonymous" || user === "ftp") return "anonymous@";
  throw new UsageError("USAGE_BAD_VALUE", "give --password-file FILE, or SOCKETSCOPE_PASSWORD");
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
  const folder = options.state ?? defaultStateFolder(process.env).path;
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
