/** A recording or a capture into the store, as if its programs told it now. */
import { createReadStream } from "node:fs";
import { UsageError } from "@socketscope/host";
import { FileImport, type Recorded } from "@socketscope/recording";
import { RemoteError } from "@socketscope/wire";
import type { Store } from "../store/store.ts";
import { tlsCrypto } from "./tls-crypto.ts";

export interface Loaded {
  /** Sockets that came with it. */
  readonly sockets: number;
  /** What is worth a warning. */
  readonly warnings: readonly string[];
}

/** Throws RemoteError with the byte or line; what came before it stays. */
export async function loadOctets(store: Store, octets: AsyncIterable<Uint8Array>): Promise<Loaded> {
  const file = new FileImport({ tls: tlsCrypto });
  const sources = new Map<number, number>();
  let sockets = 0;
  const take = ({ source, record }: Recorded): void => {
    if (record.type === "source") sources.set(source, store.addSource(record));
    else {
      const key = sources.get(source);
      if (key === undefined) return;
      store.take(key, record);
      if (record.type === "opened") sockets += 1;
    }
  };
  try {
    for await (const piece of octets) for (const one of file.push(piece)) take(one);
    const { records, warnings } = file.end();
    for (const one of records) take(one);
    return { sockets, warnings };
  } finally {
    for (const key of sources.values()) store.removeSource(key);
  }
}

/** Throws UsageError with the file's name, and the byte or line. */
export async function loadFile(store: Store, file: string): Promise<Loaded> {
  try {
    return await loadOctets(store, createReadStream(file));
  } catch (error) {
    if (error instanceof RemoteError || (error instanceof Error && "code" in error))
      throw new UsageError("USAGE_BAD_VALUE", `${file}: ${error.message}`);
    throw error;
  }
}
