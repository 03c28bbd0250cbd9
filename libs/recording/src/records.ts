/**
 * What a tap tells, as records that can leave the process: over the tap link to an inspector, and into a recording. A
 * flow is told of by its number alone once "opened" has named it; numbers are unique within one source.
 */
import type { Direction } from "@socketscope/wire";

export interface FlowAddress {
  readonly host: string;
  readonly port: number;
}

export interface FlowName {
  readonly id: number;
  readonly transport: "tcp" | "udp";
  readonly local: FlowAddress;
  readonly remote: FlowAddress;
  /** The flow it belongs to: FTP's data connection to its control connection. */
  readonly parent?: number;
}

/** Who is at the other end of a link: the first record on it. */
export interface SourceRecord {
  readonly type: "source";
  readonly app: string;
  readonly version: string;
  readonly engine: string;
  readonly pid: number;
  readonly listeners: readonly { readonly name: string; readonly url: string }[];
  /** What a link over TCP has to know. */
  readonly token?: string;
}

/** `at`: milliseconds since 1970, with fractions. */
interface At {
  readonly at: number;
}

export interface BytesRecord extends At {
  readonly type: "bytes";
  readonly flow: number;
  readonly direction: Direction;
  /** One chunk as the program read or wrote it; on UDP one datagram. */
  readonly octets: Uint8Array;
}

/** What an intercept did to a chunk on purpose; the octets that really travelled stand in "bytes" records. */
export interface InterceptedRecord extends At {
  readonly type: "intercepted";
  readonly flow: number;
  /** The same when it is held and when it goes on. */
  readonly chunk: number;
  readonly direction: Direction;
  readonly outcome: (typeof OUTCOMES)[number];
  /** Octets before and after. */
  readonly before: number;
  readonly after: number;
  /** The octets are others. */
  readonly changed: boolean;
  /** What our side had said, its first line: only of "out", where it was not sent as it was. */
  readonly was?: string;
}

/** A chunk as TCP carried it, below TLS: told only where somebody asked, and then from the ClientHello on without a hole. */
export interface WireRecord extends At {
  readonly type: "wire";
  readonly flow: number;
  readonly direction: Direction;
  readonly octets: Uint8Array;
}

export const OUTCOMES = ["held", "passed", "answered", "discarded", "end", "reset"] as const;

export type FlowRecord =
  | (At & {
      readonly type: "opened";
      readonly flow: FlowName;
      /** It was open before anybody listened: what it said until now is not known. */
      readonly joined?: boolean;
      /** Which end is ours: where nothing else says so, as in a capture of other people's servers. */
      readonly role?: "client" | "server";
    })
  | (At & {
      readonly type: "refused";
      readonly remote: FlowAddress;
      readonly local: FlowAddress;
      readonly rule: string;
    })
  /** Connections that came and went, or were refused, too many to be told of each, and the octets they carried. */
  | (At & { readonly type: "unseen"; readonly flows: number; readonly octets: number })
  | (At & { readonly type: "speaks"; readonly flow: number; readonly protocol: string })
  | BytesRecord
  /** Octets that were said and not carried, since they were beyond the tap's budget, or the link or the disk was too slow. */
  | (At & {
      readonly type: "gap";
      readonly flow: number;
      readonly direction: Direction;
      readonly octets: number;
    })
  | (At & {
      readonly type: "secured";
      readonly flow: number;
      readonly protocol: string;
      readonly cipher: string;
      readonly alpn?: string;
    })
  /** TLS ended, and the flow goes on in clear. */
  | (At & { readonly type: "cleared"; readonly flow: number })
  /** What is under TLS here is not known: of a capture that has no keys for it, or whose records are missing. */
  | (At & { readonly type: "unopened"; readonly flow: number; readonly why: string })
  | WireRecord
  /** More was said below TLS than the tap carries: of this flow nothing more of it is told, and what was is no whole. */
  | (At & { readonly type: "wire-lost"; readonly flow: number })
  /** RFC 9850 §2: a line of TLS's key log, before the records that it opens. */
  | (At & { readonly type: "keys"; readonly flow: number; readonly line: string })
  | InterceptedRecord
  | (At & { readonly type: "closed"; readonly flow: number; readonly reason: string });

export type TapRecord = SourceRecord | FlowRecord;
