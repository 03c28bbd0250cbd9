/** The chat's bounds, over real sockets and both engines. */
import { TapPoint } from "@socketscope/socket-core";
import { connectWebSocket, WebSocketRefused, type WebSocket } from "@socketscope/web";
import { afterEach, describe, expect, it } from "vitest";
import { CHAT_LIMITS, type ChatLimits } from "../../src/demo/chat-room.ts";
import { Chat } from "../../src/demo/chat.ts";
import { ENGINES } from "../serving.ts";

interface Member {
  readonly socket: WebSocket;
  /** What was said, in the order it came. */
  readonly heard: string[];
}

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});

describe.each(ENGINES)("over %s", (_name, engine) => {
  async function open(limits: Partial<ChatLimits>): Promise<(room?: string) => Promise<Member>> {
    const chat = new Chat({ ...CHAT_LIMITS, ...limits });
    const listener = await engine({
      host: "127.0.0.1",
      port: 0,
      handler: (request) => chat.answer(request),
      tap: new TapPoint(),
      admission: { admit: () => ({ action: "allow" }), release: () => undefined },
      idle: 60_000,
      maxConnections: 100,
      onError: (error) => {
        throw error;
      },
    });
    closing.push(() => {
      chat.close();
      return listener.drain(1000);
    });
    return async (room = "harbour") => {
      const heard: string[] = [];
      const socket = await connectWebSocket({
        url: `ws://127.0.0.1:${listener.address.port}/chat?room=${room}`,
        handler: {
          onMessage(content) {
            const message = JSON.parse(String(content));
            if (message.type === "said") heard.push(message.text);
          },
        },
      });
      closing.push(async () => socket.close());
      return { socket, heard };
    };
  }

  it("holds back who says too much at once, in order, and nobody else", async () => {
    const enter = await open({ burst: 3, paceMs: 600_000 });
    const [loud, calm] = [await enter(), await enter()];
    for (let i = 0; i < 10; i += 1) loud.socket.send(`line ${i}`);
    await expect.poll(() => calm.heard.length).toBe(3);
    calm.socket.send("and me");
    await expect.poll(() => loud.heard.at(-1)).toBe("and me");
    expect(loud.heard).toEqual(["line 0", "line 1", "line 2", "and me"]);
    expect(calm.heard).toEqual(loud.heard);
  });

  it("closes with 1009 on a message that is too long, with 1003 on octets", async () => {
    const enter = await open({ message: 10 });
    const [long, binary] = [await enter(), await enter()];
    long.socket.send("x".repeat(11));
    expect(await long.socket.closed).toMatchObject({ code: 1009 });
    binary.socket.send(new Uint8Array(3));
    expect(await binary.socket.closed).toMatchObject({ code: 1003 });
  });

  it("refuses one room too many and one member too many, until one leaves", async () => {
    const enter = await open({ rooms: 1, members: 1 });
    const first = await enter("a");
    const refused = async (room: string): Promise<unknown> => enter(room).catch((error: unknown) => error);
    expect(await refused("b")).toBeInstanceOf(WebSocketRefused);
    expect(await refused("a")).toMatchObject({ status: 503 });
    first.socket.close();
    await first.socket.closed;
    await expect.poll(async () => (await refused("b")) instanceof WebSocketRefused).toBe(false);
  });

  it("keeps rooms apart", async () => {
    const enter = await open({});
    const [here, there] = [await enter("a"), await enter("b")];
    here.socket.send("only here");
    there.socket.send("only there");
    await expect.poll(() => [here.heard, there.heard]).toEqual([["only here"], ["only there"]]);
  });
});
