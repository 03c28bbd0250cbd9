/** One room of the chat: who is in it, and what was said last. */
import type { WebSocket } from "@socketscope/web";

export interface ChatLimits {
  /** Rooms at the same time. Default 32. */
  readonly rooms: number;
  /** Members of one room. Default 64. */
  readonly members: number;
  /** Octets of one message. Default 2,048. */
  readonly message: number;
  /** Messages that a newcomer is told. Default 20. */
  readonly remembered: number;
  /** Messages that a member may send at once; the next ones wait. Default 8. */
  readonly burst: number;
  /** Milliseconds until it may send one more. Default 500. */
  readonly paceMs: number;
}

export const CHAT_LIMITS: ChatLimits = {
  rooms: 32,
  members: 64,
  message: 2048,
  remembered: 20,
  burst: 8,
  paceMs: 500,
};

/** What was said. `octets`: of the message's payload as it came. */
export interface Said {
  readonly type: "said";
  readonly from: string;
  readonly text: string;
  readonly octets: number;
}

/** Without a word for people: a name says nothing about who it is. */
const NAMES = (
  "Anchor Beacon Bosun Buoy Capstan Cleat Cutter Dinghy Ferry Galley Gull Halyard Jetty Keel Lantern Lugger " +
  "Mast Mole Oar Pilot Quay Rudder Schooner Sextant Sloop Spar Tender Tiller Trawler Tug Winch Yawl"
).split(" ");

class Member {
  readonly name: string;
  readonly #socket: WebSocket;
  #missed = 0;
  #full = false;

  constructor(name: string, socket: WebSocket) {
    this.name = name;
    this.#socket = socket;
  }

  /** Who reads too slowly misses what is said meanwhile, and is told how much. */
  tell(message: object): void {
    if (this.#full) {
      this.#missed += 1;
      return;
    }
    if (this.#socket.send(JSON.stringify(message))) return;
    this.#full = true;
    void this.#catchUp();
  }

  async #catchUp(): Promise<void> {
    await this.#socket.drained();
    this.#full = false;
    const count = this.#missed;
    this.#missed = 0;
    if (count > 0) this.tell({ type: "missed", count });
  }

  leave(code: number, reason: string): void {
    this.#socket.close(code, reason);
  }
}

export class ChatRoom {
  readonly #limits: ChatLimits;
  readonly #members = new Map<WebSocket, Member>();
  readonly #said: Said[] = [];
  #entered = 0;

  constructor(limits: ChatLimits) {
    this.#limits = limits;
  }

  get members(): number {
    return this.#members.size;
  }

  enter(socket: WebSocket): void {
    if (this.members >= this.#limits.members) {
      // IANA's registry for RFC 6455 §7.4.1: 1013, try again later.
      socket.close(1013, "the room is full");
      return;
    }
    const name = this.#freeName();
    const member = new Member(name, socket);
    this.#members.set(socket, member);
    member.tell({ type: "welcome", you: name, here: this.members, said: this.#said });
    this.#tellHere(socket);
  }

  leave(socket: WebSocket): void {
    if (this.#members.delete(socket)) this.#tellHere(undefined);
  }

  say(socket: WebSocket, text: string): void {
    const from = this.#members.get(socket)?.name;
    if (from === undefined) return;
    const said: Said = { type: "said", from, text, octets: Buffer.byteLength(text) };
    this.#said.push(said);
    if (this.#said.length > this.#limits.remembered) this.#said.shift();
    for (const member of this.#members.values()) member.tell(said);
  }

  close(): void {
    // RFC 6455 §7.4.1: 1001, the server goes away.
    for (const member of this.#members.values()) member.leave(1001, "the server is stopping");
  }

  #tellHere(except: WebSocket | undefined): void {
    const message = { type: "here", here: this.members };
    for (const [socket, member] of this.#members) if (socket !== except) member.tell(message);
  }

  #freeName(): string {
    const taken = new Set([...this.#members.values()].map(({ name }) => name));
    this.#entered += 1;
    for (let i = 0; i < NAMES.length; i += 1) {
      const name = NAMES[(this.#entered + i) % NAMES.length];
      if (name !== undefined && !taken.has(name)) return name;
    }
    return `Boat ${this.#entered}`;
  }
}
