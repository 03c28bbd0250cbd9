/** Who vouches for the servers behind `--proxy`: those whom Node trusts, and the local CA of this machine's programs. */
import { readFile } from "node:fs/promises";
import { type Authority, UsageError } from "@socketscope/host";
import { systemAuthorities } from "@socketscope/socket-core";

/** PEM. What NODE_EXTRA_CA_CERTS names counts as it does everywhere in Node. */
export async function trusted(local: Authority): Promise<string> {
  const file = process.env["NODE_EXTRA_CA_CERTS"];
  const extra = file === undefined || file === "" ? "" : await readExtra(file);
  return [...systemAuthorities(), extra, local.certificate].join("\n");
}

function readExtra(file: string): Promise<string> {
  return readFile(file, "utf8").catch((error: unknown) => {
    throw new UsageError("USAGE_BAD_VALUE", `NODE_EXTRA_CA_CERTS: cannot read ${file}`, { cause: error });
  });
}
