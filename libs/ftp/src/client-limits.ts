/** What a server may make a client hold. */
import { defaultReplyLimits, type ReplyLimits } from "./replies.ts";

export interface FtpClientLimits extends ReplyLimits {
  /** Preliminary replies (1yz, RFC 959 §4.2.1) to one command. Default 100. */
  readonly preliminaries: number;
  /** Octets of a command line of ours with its end; RFC 959 names no limit, vsftpd takes 4,096. Default 4,160. */
  readonly commandLine: number;
}

export const defaultFtpClientLimits: FtpClientLimits = {
  ...defaultReplyLimits,
  preliminaries: 100,
  commandLine: 4160,
};
