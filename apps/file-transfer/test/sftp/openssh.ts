/** OpenSSH's sftp in batch, with a home of its own, so that nothing of this machine's settings has a say. */
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { run, type RunResult } from "@socketscope/testkit";
import { PASSWORD, type TestServer } from "./server.ts";

export interface SftpOptions {
  readonly user?: string;
  /** A private key's file; default: by password. */
  readonly identity?: string;
  readonly password?: string;
  readonly arguments?: readonly string[];
  readonly cwd?: string;
  readonly timeout?: number;
}

/** What ssh needs to trust the server and to have the password. */
export function sshSettings(
  server: TestServer,
  { identity, password = PASSWORD }: SftpOptions = {},
): { readonly options: readonly string[]; readonly env: Readonly<Record<string, string>> } {
  const folder = join(server.folder, "ssh");
  mkdirSync(folder, { recursive: true });
  const known = join(folder, "known_hosts");
  writeFileSync(known, server.knownHost);
  const askpass = join(folder, "askpass");
  writeFileSync(askpass, '#!/bin/sh\nprintf "%s\\n" "$TEST_PASSWORD"\n');
  chmodSync(askpass, 0o700);
  const byKey = ["-o", `IdentityFile=${identity ?? "none"}`, "-o", "PreferredAuthentications=publickey"];
  const byPassword = ["-o", "PreferredAuthentications=password", "-o", "NumberOfPasswordPrompts=1"];
  return {
    options: [
      "-F",
      "none",
      "-o",
      `UserKnownHostsFile=${known}`,
      "-o",
      "StrictHostKeyChecking=yes",
      "-o",
      "IdentitiesOnly=yes",
      "-o",
      "BatchMode=no",
      ...(identity === undefined ? byPassword : byKey),
    ],
    env: {
      HOME: folder,
      SSH_ASKPASS: askpass,
      SSH_ASKPASS_REQUIRE: "force",
      TEST_PASSWORD: password,
    },
  };
}

/** Runs these commands; a leading "-" lets a command fail. */
export async function sftp(
  server: TestServer,
  commands: readonly string[],
  options: SftpOptions = {},
): Promise<RunResult> {
  const { options: ssh, env } = sshSettings(server, options);
  const target = `${options.user ?? "demo"}@127.0.0.1`;
  return run("sftp", ["-P", String(server.port), ...ssh, ...(options.arguments ?? []), "-b", "-", target], {
    env,
    input: `${commands.join("\n")}\n`,
    timeout: options.timeout ?? 60_000,
    ...(options.cwd !== undefined && { cwd: options.cwd }),
  });
}
