export { RecordError } from "./errors.ts";
export type { BytesRecord, FlowAddress, FlowName, FlowRecord, SourceRecord, TapRecord } from "./records.ts";
export { BYTES_HEAD, formatLinkRecord, LinkReader, MAX_LINK_RECORD, writeBytesHead } from "./link.ts";
export {
  formatRecorded,
  RecordingReader,
  recordingHead,
  RECORDING_VERSION,
  type Recorded,
} from "./ndjson.ts";
