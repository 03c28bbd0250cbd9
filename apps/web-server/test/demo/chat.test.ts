/** The chat's rooms, with sockets that a test can make slow. */
import type { WebSocket, WebSocketClosed } from "@socketscope/web";
import { describe, expect, it } from "vitest";
import { CHAT_LIMITS, ChatRoom } from "../../src/demo/chat-room.ts";
import { Chat } from "../../src/demo/chat.ts";
import { asked, textOf } from "../asked.ts";

class FakeSocket implements WebSocket {
  readonly flow = asked("GET", "/").flow;
  readonly secure = false;
  readonly protocol = undefined;
  readonly closed: Promise<WebSocketClosed> = new Promise(() => undefined);
  readonly sent: { readonly type: string; readonly [name: string]: unknown }[] = [];
  closedWith: number | undefined;
  full = false;
  #wake: (() => void) | undefined;

  send(content: string | Uint8Array): boolean {
    this.sent.push(JSON.parse(String(content)));
    return !this.full;
  }
  drained(): Promise<void> {
    return new Promise((wake) => {
      this.#wake = wake;
    });
  }
  wake(): void {
    this.full = false;
    this.#wake?.();
  }
  close(code?: number): void {
    this.closedWith = code;
  }
}

describe("a room", () => {
  it("tells everybody what is said, and a newcomer what was said before", () => {
    const room = new ChatRoom(CHAT_LIMITS);
    const [first, second] = [new FakeSocket(), new FakeSocket()];
    room.enter(first);
    room.say(first, "Ahoy ✓");
    room.enter(second);
    const welcome = second.sent[0];
    expect(welcome).toMatchObject({ type: "welcome", here: 2, said: [{ text: "Ahoy ✓", octets: 8 }] });
    room.say(second, "Hello");
    expect(first.sent.at(-1)).toEqual({ type: "said", from: welcome?.["you"], text: "Hello", octets: 5 });
    expect(first.sent[0]?.["you"]).not.toBe(welcome?.["you"]);
    room.leave(second);
    expect(first.sent.at(-1)).toEqual({ type: "here", here: 1 });
  });

  it("lets a slow reader miss what is said, and tells him how much", async () => {
    const room = new ChatRoom(CHAT_LIMITS);
    const [slow, quick] = [new FakeSocket(), new FakeSocket()];
    room.enter(slow);
    room.enter(quick);
    slow.full = true;
    for (let i = 0; i < 5; i += 1) room.say(quick, `line ${i}`);
    // The first one filled the queue; nothing more is put on it.
    expect(slow.sent.filter(({ type }) => type === "said")).toHaveLength(1);
    expect(quick.sent.filter(({ type }) => type === "said")).toHaveLength(5);
    slow.wake();
    await Promise.resolve();
    await Promise.resolve();
    expect(slow.sent.at(-1)).toEqual({ type: "missed", count: 4 });
  });

  it("has room for so many, and remembers so much", () => {
    const room = new ChatRoom({ ...CHAT_LIMITS, members: 1, remembered: 2 });
    const [first, second] = [new FakeSocket(), new FakeSocket()];
    room.enter(first);
    for (const text of ["1", "2", "3"]) room.say(first, text);
    room.enter(second);
    expect(second.closedWith).toBe(1013);
    expect(room.members).toBe(1);
    room.leave(first);
    const third = new FakeSocket();
    room.enter(third);
    expect(third.sent[0]?.["said"]).toMatchObject([{ text: "2" }, { text: "3" }]);
  });

  it("says goodbye with 1001 when the server stops", () => {
    const room = new ChatRoom(CHAT_LIMITS);
    const socket = new FakeSocket();
    room.enter(socket);
    room.close();
    expect(socket.closedWith).toBe(1001);
  });
});

describe("/chat", () => {
  it("is a WebSocket's address, and its rooms have plain names", async () => {
    const chat = new Chat();
    const plain = chat.answer(asked("GET", "/chat"));
    expect(plain.status).toBe(426);
    const odd = chat.answer(asked("GET", "/chat?room=../etc"));
    expect(odd.status).toBe(400);
    expect(await textOf(odd)).toContain("a-z");
    expect(chat.rooms).toBe(0);
  });
});
