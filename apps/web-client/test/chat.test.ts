import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { listenTcp, type Listener } from "@socketscope/socket-core";
import { acceptWebSocket, serveHttp } from "@socketscope/web";
import { EXIT } from "../src/failure.ts";
import { asked } from "./asked.ts";

describe("ws://", () => {
  let listener: Listener;
  let url: string;
  beforeAll(async () => {
    listener = await listenTcp({ host: "127.0.0.1", port: 0, protocol: "http" }, (stream) =>
      serveHttp(stream, (request) =>
        request.path === "/echo"
          ? acceptWebSocket(request, {
              onMessage(content, socket) {
                if (content === "leave") socket.close(4001, "as you wish");
                else if (content === "octets") socket.send(Uint8Array.of(1, 2, 255));
                else socket.send(content);
              },
            })
          : { status: 404 },
      ),
    );
    url = `ws://127.0.0.1:${listener.address.port}`;
  });
  afterAll(() => listener[Symbol.asyncDispose]());

  it("sends each line as a message and writes each message as a line, the last ones too", async () => {
    const lines = Array.from({ length: 500 }, (_, index) => `line ${index} \u{1f600}`);
    const { code, text, errors } = await asked([`${url}/echo`], `${lines.join("\n")}\n`);
    expect([code, errors]).toEqual([0, ""]);
    expect(text.trimEnd().split("\n")).toEqual(lines);
  });

  it("says what is no text", async () => {
    const { errors } = await asked([`${url}/echo`], "octets\n");
    expect(errors).toBe("binary, 3 bytes: 0102ff\n");
  });

  it("says why the other side left", async () => {
    const { code, errors } = await asked([`${url}/echo`], "leave\n");
    expect(code).toBe(EXIT.broken);
    expect(errors).toMatch(/ended with 4001: as you wish/);
  });

  it("says when there is no WebSocket", async () => {
    const { code, errors } = await asked([`${url}/nowhere`], "hello\n");
    expect(code).toBe(EXIT.status);
    expect(errors).toMatch(/answered 404/);
  });
});
