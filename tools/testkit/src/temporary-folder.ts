import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A folder of one test's own; gone, with all in it, when disposed. Browsers may still be writing: tried again. */
export class TemporaryFolder implements Disposable {
  readonly path: string;
  constructor(name = "test") {
    this.path = mkdtempSync(join(tmpdir(), `socketscope-${name}-`));
  }
  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }
}
