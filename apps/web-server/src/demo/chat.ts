/** `/chat?room=NAME`: rooms over WebSocket. A text message is what is said, nothing around it; the answers are JSON. */
import { setTimeout as sleep } from "node:timers/promises";
import { acceptWebSocket, type Request, type Response, type WebSocket } from "@socketscope/web";
import { CHAT_LIMITS, ChatRoom, type ChatLimits } from "./chat-room.ts";

export class Chat {
  readonly #limits: ChatLimits;
  /** Rooms with somebody in them. */
  readonly #rooms = new Map<string, ChatRoom>();

  constructor(limits: ChatLimits = CHAT_LIMITS) {
    this.#limits = limits;
  }

  get rooms(): number {
    return this.#rooms.size;
  }

  answer(request: Request): Response {
    const name = new URLSearchParams(request.query).get("room") ?? "harbour";
    if (!/^[a-z0-9-]{1,32}$/.test(name)) return say(400, "A room's name has 1 to 32 of a-z, 0-9 and -.");
    const known = this.#rooms.get(name);
    if (known === undefined && this.#rooms.size >= this.#limits.rooms)
      return say(503, "There are as many rooms as may be.");
    if ((known?.members ?? 0) >= this.#limits.members) return say(503, "The room is full.");
    const pace = new Pace(this.#limits);
    return acceptWebSocket(
      request,
      {
        onOpen: (socket) => void this.#stay(name, socket),
        onMessage: async (content, socket) => {
          // RFC 6455 §7.4.1: 1003, a type of data that cannot be accepted.
          if (typeof content !== "string") socket.close(1003, "text only");
          else if (content.trim() !== "") {
            // While this waits, nothing more is read from this member: its own TCP holds it back.
            await pace.turn();
            this.#rooms.get(name)?.say(socket, content);
          }
        },
      },
      { limits: { maxMessage: this.#limits.message, maxFrame: this.#limits.message } },
    );
  }

  close(): void {
    for (const room of this.#rooms.values()) room.close();
  }

  /** From the opening to the close. */
  async #stay(name: string, socket: WebSocket): Promise<void> {
    const room = this.#rooms.get(name) ?? new ChatRoom(this.#limits);
    this.#rooms.set(name, room);
    room.enter(socket);
    await socket.closed;
    room.leave(socket);
    // Another of the same name may be there by now, if this one was empty in between.
    if (room.members === 0 && this.#rooms.get(name) === room) this.#rooms.delete(name);
  }
}

/** So many at once, then one every so often. */
class Pace {
  readonly #burst: number;
  readonly #paceMs: number;
  /** When the bucket would be full again; milliseconds of the monotonic clock. */
  #fullAt = 0;

  constructor({ burst, paceMs }: ChatLimits) {
    this.#burst = burst;
    this.#paceMs = paceMs;
  }

  async turn(): Promise<void> {
    const now = performance.now();
    this.#fullAt = Math.max(this.#fullAt, now) + this.#paceMs;
    const wait = this.#fullAt - now - this.#burst * this.#paceMs;
    if (wait > 0) await sleep(wait, undefined, { ref: false });
  }
}

function say(status: number, text: string): Response {
  return { status, fields: ["Content-Type", "text/plain; charset=utf-8"], content: `${text}\n` };
}
