/** What a server may make a client hold, and what a client lets itself be made to say. */
import { defaultReplyLimits, type ReplyLimits } from "./replies.ts";

export interface SmtpClientLimits extends ReplyLimits {
  /** Commands sent ahead and not answered (RFC 2920); one more is a LocalError. Default 1024. */
  readonly outstanding: number;
  /** Challenges of one AUTH exchange; SCRAM has two, LOGIN two. Default 8. */
  readonly challenges: number;
}

export const defaultSmtpClientLimits: SmtpClientLimits = {
  ...defaultReplyLimits,
  outstanding: 1024,
  challenges: 8,
};
