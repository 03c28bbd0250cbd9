/** One place where the house is not as it is written. */
export interface Violation {
  readonly rule: Rule;
  /** A file or folder from the workspace's root, with `:line` where there is one. */
  readonly where: string;
  readonly what: string;
}

/** Each rule, in the words of the table that `main.ts` prints. */
export const rules = {
  declared: "what is imported is declared, and what is declared is imported",
  referenced: "tsconfig references are the workspace packages imported",
  downwards: "imports go downwards; apps never import apps",
  exported: "another package is entered by its exports, never by its path",
  tags: "the Nx tag and name say what the folder says",
  pure: "pure libs compile with types: [] and import no Node module",
  sockets: "node:net, node:tls and node:dgram only in socket-core",
  engines: "node:http(s), smtp-server and ftp-srv only in an app's engine folder",
  mime: "mime only where a file gets its type",
  writes: "socket-core writes no file",
  testkit: "testkit is imported from tests only",
  size: "a file stays under 400 lines, an app's main.ts under 60",
  private: "no path of a machine, no registry's host",
} as const;

export type Rule = keyof typeof rules;
