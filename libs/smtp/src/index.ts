export type * from "./envelope.ts";
export {
  defaultReplyLimits,
  describeReply,
  formatReply,
  ReplyReader,
  scanReplyLine,
  type ReplyLimits,
  type ReplyLine,
} from "./replies.ts";
export { noExtensions, parseExtensions, type Extensions } from "./replies-extensions.ts";
