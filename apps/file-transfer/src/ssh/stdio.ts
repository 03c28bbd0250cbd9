/** `--stdio`: SFTP on standard input and output, as OpenSSH's sftp-server; whoever has started us needs no login. */
import { userInfo } from "node:os";
import { EXIT, UsageError } from "@socketscope/host";
import type { Login } from "../accounts/login.ts";
import { defaultFileLimits, openFiles } from "../files/files.ts";
import type { FileTransferOptions } from "../options.ts";
import { serveStdio } from "../sftp/serve.ts";

/** Resolves with the exit code when the client has gone. */
export async function stdioSession(options: FileTransferOptions): Promise<number> {
  const files = openFiles({
    umask: options.umask,
    limits: { ...defaultFileLimits, partialExpiry: options.partialExpiry },
  });
  let mistakes = 0;
  try {
    await serveStdio(loginOf(options), files, {
      idle: options.idle,
      onError: (error) => {
        mistakes++;
        process.stderr.write(`file-transfer: ${error instanceof Error ? error.message : String(error)}\n`);
      },
    });
  } finally {
    await files.close();
  }
  return mistakes === 0 ? EXIT.ok : EXIT.failure;
}

/** The first `--user`, whose password nobody asks for, else who we run as. Throws {@link UsageError}. */
function loginOf({ users, home, readOnly, uploadOnly, quota }: FileTransferOptions): Login {
  if (home === undefined)
    throw new UsageError("USAGE_BAD_VALUE", "--stdio: say with --home DIR which folder is served");
  const user = users[0]?.name ?? userInfo().username;
  return {
    user,
    access: readOnly.includes(user) ? "read-only" : uploadOnly.includes(user) ? "upload-only" : "full",
    home: home.replaceAll("{user}", user),
    anonymous: false,
    ...(quota !== "off" && { quota }),
  };
}
