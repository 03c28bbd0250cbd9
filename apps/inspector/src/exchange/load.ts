/** A recording from a file into the store, as if its programs told it now. */
import { createReadStream } from "node:fs";
import { UsageError } from "@socketscope/host";
import { type Recorded, RecordingReader } from "@socketscope/recording";
import { RemoteError } from "@socketscope/wire";
import type { Store } from "../store/store.ts";

/** Resolves with what is worth a warning. Throws UsageError with the file's name and line. */
export async function loadRecording(store: Store, file: string): Promise<string | undefined> {
  const reader = new RecordingReader();
  const sources = new Map<number, number>();
  const take = ({ source, record }: Recorded): void => {
    if (record.type === "source") sources.set(source, store.addSource(record));
    else {
      const key = sources.get(source);
      if (key !== undefined) store.take(key, record);
    }
  };
  try {
    for await (const text of createReadStream(file, { encoding: "utf8" }))
      for (const one of reader.push(text)) take(one);
    const cut = reader.end();
    for (const key of sources.values()) store.removeSource(key);
    return cut ? `${file}: the last line was cut short` : undefined;
  } catch (error) {
    if (error instanceof RemoteError || (error instanceof Error && "code" in error))
      throw new UsageError("USAGE_BAD_VALUE", `${file}: ${error.message}`);
    throw error;
  }
}
