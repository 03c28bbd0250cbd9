export type { ClientAction, ClientEvent, ContentLength, RequestHead, ResponseHead, ServerAction, ServerEvent, Version } from "./events.ts";
export { Fields, type FieldLines } from "./fields.ts";
