/** The app as a program of its own, with one engine, on a site in a temporary folder. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { spawnApp, TemporaryFolder, type RunningApp } from "@socketscope/testkit";
import { fillSite } from "./folder.ts";

export const ENGINE_NAMES = ["hand", "node-http"] as const;
export type EngineName = (typeof ENGINE_NAMES)[number];
export const SCHEMES = ["http", "https"] as const;
export type Scheme = (typeof SCHEMES)[number];

export interface Started extends AsyncDisposable {
  readonly app: RunningApp;
  readonly root: string;
  /** PEM file of the CA that the app has made in its state folder. */
  readonly ca: string;
  /** The first address, 127.0.0.1. */
  url(scheme: Scheme): string;
}

export interface StartOptions {
  /** Before the start: the site's folder, and the one above it for what is not to be seen. */
  readonly prepare?: (root: string, base: string) => void;
}

/** `args` may name the site's folder as ROOT, and the one above it as BASE. */
export async function start(
  engine: EngineName,
  args: readonly string[] = [],
  { prepare }: StartOptions = {},
): Promise<Started> {
  const base = new TemporaryFolder("site");
  const root = join(base.path, "root");
  mkdirSync(root);
  fillSite(root);
  prepare?.(root, base.path);
  const given = args.map((argument) => argument.replace("BASE", base.path).replace("ROOT", root));
  try {
    const app = await spawnApp("web-server", ["--engine", engine, "--root", root, ...given]);
    return {
      app,
      root,
      ca: app.ready.ca ?? "",
      url: (scheme) => app.url(scheme),
      async [Symbol.asyncDispose]() {
        try {
          await app[Symbol.asyncDispose]();
        } finally {
          base[Symbol.dispose]();
        }
      },
    };
  } catch (error) {
    base[Symbol.dispose]();
    throw error;
  }
}
