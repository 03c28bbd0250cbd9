/**
 * INGEST_KEY_INTERVAL: key pictures too far apart · INGEST_BIT_RATE, INGEST_SIZE, INGEST_TIME: more than is taken ·
 * INGEST_SILENT: nothing came for too long · INGEST_FORMAT: what came is not what can be shown.
 */
export type IngestFault =
  | "INGEST_KEY_INTERVAL"
  | "INGEST_BIT_RATE"
  | "INGEST_SIZE"
  | "INGEST_TIME"
  | "INGEST_SILENT"
  | "INGEST_FORMAT";

/** A publication that is not taken, or not any further. The message is for the publisher. */
export class IngestError extends Error {
  override readonly name = "IngestError";
  readonly code: IngestFault;

  constructor(code: IngestFault, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
