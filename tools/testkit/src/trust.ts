/** Makes a browser's own certificate store trust an authority, in a folder that is thrown away after the test. */
import { mkdirSync } from "node:fs";
import { LaunchError } from "./launch-error.ts";
import { run } from "./run.ts";

/** Creates an NSS store in `folder` that trusts the PEM file `ca` for web sites. */
export async function trustAuthority(folder: string, ca: string): Promise<void> {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const store = ["-d", `sql:${folder}`];
  await certutil(["-N", ...store, "--empty-password"]);
  // "C,,": a certificate authority trusted for TLS servers, for mail and code it is nobody.
  await certutil(["-A", ...store, "-n", "test authority", "-t", "C,,", "-i", ca]);
}

async function certutil(args: readonly string[]): Promise<void> {
  const { code, stderr } = await run("certutil", args);
  if (code !== 0) throw new LaunchError("SETUP", `certutil ${args[0]}: ${stderr}`);
}
