export { RecordError } from "./errors.ts";
export type {
  BytesRecord,
  FlowAddress,
  FlowName,
  FlowRecord,
  InterceptedRecord,
  SourceRecord,
  TapRecord,
  WireRecord,
} from "./records.ts";
export { BYTES_HEAD, formatLinkRecord, LinkReader, MAX_LINK_RECORD, writeBytesHead } from "./link.ts";
export { FileImport, type Imported } from "./capture/import.ts";
export type { Sealed, TlsCipher, TlsCrypto, TlsHash } from "./tls/crypto.ts";
export { PcapngWriter, type PcapngOptions } from "./capture/pcapng-writer.ts";
export {
  formatRecorded,
  RecordingReader,
  recordingHead,
  RECORDING_VERSION,
  type Recorded,
} from "./ndjson.ts";
