import { RemoteError } from "@socketscope/wire";

/** What came over a link, or stands in a file, is no record. */
export class RecordError extends RemoteError {
  override readonly name = "RecordError";
}
