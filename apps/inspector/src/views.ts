/** What the page, the terminal and the API are shown of sockets and messages: plain data, secrets masked. */
import type { Direction } from "@socketscope/wire";

export interface AddressView {
  readonly host: string;
  readonly port: number;
}

export interface SourceView {
  readonly key: number;
  readonly app: string;
  readonly engine: string;
  readonly pid: number;
  readonly listeners: readonly { readonly name: string; readonly url: string }[];
  readonly connected: boolean;
  /** It runs on our state folder: its control socket can be asked. */
  readonly here: boolean;
  /** What it said and never told us, for it was more than its tap carries: octets, and connections without a name. */
  readonly missed: { readonly octets: number; readonly flows: number };
}

export interface SocketView {
  /** Counts up from 1 over all programs. */
  readonly key: number;
  readonly source: number;
  /** The program's name, as "mail-relay". */
  readonly app: string;
  readonly transport: "tcp" | "udp";
  readonly local: AddressView;
  readonly remote: AddressView;
  /** The socket it belongs to. */
  readonly parent?: number;
  /** What is spoken now. */
  readonly protocol: string;
  /** Under TLS: version and cipher, as the tap told. */
  readonly tls?: { readonly protocol: string; readonly cipher: string; readonly alpn?: string };
  /** TLS has ended and the connection goes on in clear (FTP's CCC). */
  readonly cleared?: true;
  /** What its own words tell of the client: "curl 7.88.1". A guess. */
  readonly client?: string;
  /** The process at the other end, where it runs on this machine and was seen: "curl (1234)". */
  readonly process?: string;
  /** Milliseconds since 1970. */
  readonly opened: number;
  readonly closed?: number;
  /** Why: "peer-ended", "timeout", … */
  readonly reason?: string;
  /** It was open before the inspector came. */
  readonly joined: boolean;
  /** Octets of each direction, seen from the program that was tapped. */
  readonly octets: Readonly<Record<Direction, number>>;
  /** Octets that were said and never reached us. */
  readonly missed: number;
  readonly messages: number;
  /** Messages that refuse, or break a rule. */
  readonly faults: number;
}

/** Who has joined a group, on one interface. */
export interface JoinedView {
  /** The interface on which it was asked for: "lo". */
  readonly device: string;
  /** Sockets that have joined there. */
  readonly users: number;
}

/** A multicast group that our programs send to. */
export interface GroupView {
  readonly group: AddressView;
  /** The flows to it, by key. */
  readonly sockets: readonly number[];
  readonly open: number;
  readonly octets: number;
  /** Who has joined it on this machine, from the system's table; undefined: the system does not tell. */
  readonly joined?: readonly JoinedView[];
}

/** A connection that the firewall or a limit turned away before it said a word. */
export interface RefusalView {
  readonly key: number;
  readonly app: string;
  readonly at: number;
  readonly remote: AddressView;
  readonly local: AddressView;
  readonly rule: string;
}

/** What a row is derived from that says how many octets are missing. */
export const COUNTED = "a count";

export type Speaker = "client" | "server" | "both";

export interface MessageView {
  readonly socket: number;
  /** Counts up within the socket. */
  readonly id: number;
  /** Counts up over all sockets: the order of the transcript. */
  readonly order: number;
  /** Milliseconds since 1970, when its last octet was seen. */
  readonly at: number;
  readonly who: Speaker;
  readonly direction: Direction;
  readonly protocol: string;
  readonly kind: string;
  /** Octet offsets in that direction's stream. */
  readonly from: number;
  readonly to: number;
  /** The wire's words, or what we say of what has none. */
  readonly said: string;
  /** One plain sentence. */
  readonly means: string;
  /** "RFC 5321 §4.1.1.2". */
  readonly source?: string;
  /** The id of the message it answers, in the same socket. */
  readonly answers?: number;
  /** Status or reply code. */
  readonly code?: number;
  /** What breaks a rule, in plain words; no `fault`: why it could not be read, and nobody broke one. */
  readonly problem?: string;
  /** Worked out by us from socket events, and from which. */
  readonly derived?: string;
  /** It refuses or breaks a rule. */
  readonly fault: boolean;
}

export interface PartView {
  readonly name: string;
  /** As large as each other where no octets of its own are on the wire, for they travelled compressed or in chunks. */
  readonly from: number;
  readonly to: number;
  readonly means: string;
  readonly source?: string;
  /** What it says, where that is not what its octets say. */
  readonly text?: string;
  /** Of a name in a playlist: who asked for what it names. */
  readonly links?: readonly LinkView[];
}

/** Another message that belongs to this one, in whichever socket. */
export interface LinkView {
  readonly socket: number;
  readonly id: number;
  readonly at: number;
  readonly said: string;
}

/** All that is known of one message. */
export interface DetailView {
  readonly message: MessageView;
  readonly parts: readonly PartView[];
  /** What may come after it. */
  readonly follows: readonly string[];
  /** Of a request: the playlist that named what is asked for. */
  readonly namedBy?: LinkView;
  /** Its first octets, base64; fewer than its length where they are no longer kept. */
  readonly octets: string;
  /** Where in our source it is handled. */
  readonly handledBy?: { readonly file: string; readonly line: number };
}

/** What a step of a byte search found: places of messages in the order of the talk. */
export interface SearchView {
  readonly found: readonly number[];
  /** Messages that were looked at and are not kept whole. */
  readonly unkept: number;
  /** What lies before was looked at. */
  readonly to: number;
  /** Behind the last message there is. */
  readonly end: number;
}

/** How much is kept in memory, and what had to go. */
export interface KeptView {
  readonly octets: number;
  readonly messages: number;
  /** Octets that had to go, the oldest first. */
  readonly forgotten: number;
  /** Octets kept at most. */
  readonly limit: number;
  /** Recordings that are being made as it happens: they have what goes here. */
  readonly recordings: number;
}

/** What came of saying again what a client had said. */
export interface AgainView {
  /** Our port: the far end of the new socket, as the server's tap tells it. */
  readonly port: number;
  readonly sent: number;
  /** All of it was said. */
  readonly all: boolean;
  /** The server has answered the last of it. */
  readonly answered: boolean;
  /** How it ended: "we-ended", "peer-ended", "timeout", … */
  readonly reason: string;
}

/** A rule of an intercept, as its program tells it: see libs/socket-core/src/fault-json.ts. */
export interface FaultView {
  readonly id: string;
  readonly on: Direction;
  readonly match?: { readonly flow?: number; readonly contains?: unknown; readonly nth?: number };
  readonly times?: number;
  readonly action: { readonly type: string } & Readonly<Record<string, unknown>>;
  /** Chunks it has acted on. */
  readonly acted: number;
}

/** A message that waits for a decision. */
export interface HeldView {
  readonly app: string;
  readonly listener: string;
  readonly chunk: number;
  readonly socket?: number;
  readonly direction: Direction;
  readonly fromClient: boolean;
  readonly length: number;
  /** "lines": `text` has LF where the wire has CR LF. */
  readonly form: "text" | "lines" | "hex";
  readonly text: string;
  readonly editable: boolean;
  /** Why it cannot be edited. */
  readonly why?: string;
  /** Milliseconds since 1970: held since, goes on by itself. */
  readonly since: number;
  readonly until: number;
  /** Octets that wait behind it. */
  readonly behind: number;
}

/** How a program's listeners stand: what is set on them, and what they hold. */
export interface ControlView {
  readonly app: string;
  /** Those that take faults. */
  readonly listeners: readonly { readonly name: string; readonly faults: readonly FaultView[] }[];
  readonly held: readonly HeldView[];
}

/** What a step of a lesson asks to be seen, and what is missing as long as it was not. */
export interface LessonCheckView {
  readonly title: string;
  readonly done: boolean;
  readonly told: string;
}

/** Where somebody is in a lesson of the workshop. */
export interface LessonView {
  readonly number: number;
  readonly title: string;
  /** Counted from 0. */
  readonly step: number;
  readonly of: number;
  /** The step's title. */
  readonly asked: string;
  /** Steps that are done, counted from 0. */
  readonly done: readonly number[];
  readonly checks: readonly LessonCheckView[];
}

/** What happened, for those who follow live. */
export type Change =
  | { readonly type: "control"; readonly control: ControlView }
  /** Without a lesson: none is begun. */
  | { readonly type: "lesson"; readonly lesson?: LessonView }
  | { readonly type: "source"; readonly source: SourceView }
  | { readonly type: "socket"; readonly socket: SocketView }
  | { readonly type: "message"; readonly message: MessageView }
  | { readonly type: "refusal"; readonly refusal: RefusalView }
  /** What the system's table says of who has joined a group. */
  | {
      readonly type: "joined";
      readonly joined: readonly (readonly [group: string, joined: readonly JoinedView[]])[];
    }
  /** What the system's table says of a program's listener; "": it is not in it any more. */
  | {
      readonly type: "listening";
      readonly listening: readonly (readonly [source: number, url: string, state: string])[];
    }
  /** What the system's own table says of sockets, by key: "ESTABLISHED", "FIN_WAIT2". */
  | { readonly type: "states"; readonly states: readonly (readonly [socket: number, state: string])[] }
  | { readonly type: "kept"; readonly kept: KeptView }
  /** The store let go of its oldest: sockets with these keys are gone. */
  | { readonly type: "forgotten"; readonly sockets: readonly number[] };
