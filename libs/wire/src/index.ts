export type { Core, Input, Rest } from "./core.ts";
export { Answers } from "./answers.ts";
export { LimitError, LocalError, RemoteError } from "./errors.ts";
export { decodeBase64, encodeBase64 } from "./base64.ts";
export type { Direction, Dissector, Message, Range } from "./dissect.ts";
export { explanationOf, unexplained, type Entry, type Explanation } from "./explanation.ts";
export { decodeUtf8, encodeUtf8, utf8Length, isUtf8, Utf8Validator } from "./utf8.ts";
export { decodeName, encodeName } from "./name.ts";
export { OctetLane } from "./octet-lane.ts";
export { decodeLatin1, encodeLatin1, writeLatin1 } from "./ascii.ts";
export { printable } from "./printable.ts";
export { ReceiveBuffer } from "./receive-buffer.ts";
export { cut } from "./slab.ts";
export { PieceWriter } from "./piece-writer.ts";
export { LineReader, type Line, type LineFault, type LineOptions } from "./line-reader.ts";
export { lengthField, LengthReader, type LengthOptions } from "./length-reader.ts";
export { DotReader } from "./dot-reader.ts";
export { isUnread, UNREAD } from "./unread.ts";
export { TextScan } from "./text-scan.ts";
export { DotWriter } from "./dot-writer.ts";
export { DissectedDialogue, MAX_OUTSTANDING, type DialogueOptions } from "./dissected-dialogue.ts";
export { Pairing } from "./pairing.ts";
export { ReplyParts } from "./reply-parts.ts";
export {
  lineText,
  partsOfLine,
  printableText,
  Teller,
  TEXT_LANE_LIMITS,
  TextLane,
  type DissectedLine,
  type Stretch,
  type TextLaneLimits,
} from "./text-lane.ts";
