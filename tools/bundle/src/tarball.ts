/** A bundle as `.tar.gz`: the same files give the same octets, on whatever day and by whomever it is made. */
import { buffer } from "node:stream/consumers";
import { gzipSync } from "node:zlib";
import { pack } from "tar-stream";
import type { Bundle } from "./bundle.ts";

/** `name`: the folder that everything lies in. */
export async function tarball(bundle: Bundle, name: string): Promise<Uint8Array> {
  const tar = pack();
  const whole = buffer(tar);
  for (const [path, content] of [...bundle].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    tar.entry({ name: `${name}/${path}`, mode: 0o644, mtime: new Date(0) }, Buffer.from(content));
  }
  tar.finalize();
  return gzipSync(await whole);
}
