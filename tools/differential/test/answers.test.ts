import { once } from "node:events";
import { createServer, type AddressInfo } from "node:net";
import { expect, it, onTestFinished } from "vitest";
import { answersIn } from "../src/answers.ts";
import { ask } from "../src/ask.ts";

const answer = (status: string, content: string): string =>
  `HTTP/1.1 ${status}\r\nContent-Length: ${content.length}\r\n\r\n${content}`;

it.each([
  ["", "other", []],
  [answer("200 OK", "probe"), "other", ["200 probe"]],
  [
    `HTTP/1.1 100 Continue\r\n\r\n${answer("201 Created", "x")}${answer("200 OK", "probe")}`,
    "other",
    ["100", "201", "200 probe"],
  ],
  [`HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n${answer("200 OK", "probe")}`, "HEAD", ["200", "200 probe"]],
  [
    `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n${answer("404 Not Found", "")}`,
    "other",
    ["200", "404"],
  ],
  ["HTTP/1.1 204 No Content\r\n\r\nwhat is this", "other", ["204", "garbage"]],
] as const)("%j → %s", (text, first, words) => {
  expect(answersIn(text, first)).toEqual(words);
});

/** A server of bare octets that says `text` to whoever comes, and then ends or waits. */
async function saying(text: string, end: boolean): Promise<number> {
  const server = createServer((socket) => {
    socket.on("error", () => undefined);
    if (end) socket.end(text);
    else socket.write(text);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  return (server.address() as AddressInfo).port;
}

it("tells an end from waiting, and silence from an answer", async () => {
  const octets = Buffer.from("GET / HTTP/1.1\r\n\r\n");
  const soon = { patience: 2000 };
  expect(await ask(await saying(answer("200 OK", "file"), true), octets)).toBe("200 file, closed");
  expect(await ask(await saying(answer("200 OK", "file"), false), octets, soon)).toBe("200 file, waits");
  expect(await ask(await saying("", true), octets)).toBe("no answer, closed");
  expect(await ask(await saying("x".repeat(1000), false), octets, { maxOctets: 100 })).toBe("garbage, waits");
});
