export type { Core, Input, Rest } from "./core.ts";
export { LimitError, LocalError, RemoteError } from "./errors.ts";
export { decodeBase64, encodeBase64 } from "./base64.ts";
export type { Direction, Dissector, Message, Range } from "./dissect.ts";
export { decodeUtf8, encodeUtf8, isUtf8, Utf8Validator } from "./utf8.ts";
