/** What a server may make a client hold, and what a client lets itself be made to say. */
import type { ResponseLineLimits } from "./responses.ts";

export interface Pop3ClientLimits extends ResponseLineLimits {
  /** Lines of one listing: a message each. Default 1,000,000. */
  readonly lines: number;
  /** Lines of one answer to CAPA, which are kept. Default 128. */
  readonly capabilities: number;
  /** Octets of one message. Default 1 GiB. */
  readonly message: number;
  /** Challenges of one AUTH exchange; SCRAM has two, LOGIN two. Default 8. */
  readonly challenges: number;
  /** Commands sent ahead and not answered (RFC 2449 §6.6); one more is a LocalError. Default 1024. */
  readonly outstanding: number;
}

export const defaultPop3ClientLimits: Pop3ClientLimits = {
  line: 1024,
  challenge: 12_288,
  lines: 1_000_000,
  capabilities: 128,
  message: 1024 * 1024 * 1024,
  challenges: 8,
  outstanding: 1024,
};
