import { HttpClient, type ClientAction, type ClientEvent } from "@socketscope/http";
import type { Target } from "../target.ts";
import { walk, type Policy } from "../walk.ts";
import { httpWords, responses } from "./http-words.ts";

/** What was asked decides how an answer is read: the input's length says which of these it was. */
const conversations: readonly (readonly ClientAction[])[] = [
  [
    { type: "request", method: "GET", target: "/" },
    { type: "request", method: "HEAD", target: "/" },
    { type: "request", method: "POST", target: "/", content: "abc" },
  ],
  [{ type: "request", method: "GET", target: "/", fields: ["Upgrade", "websocket"] }],
  [{ type: "request", method: "CONNECT", target: "a:1" }],
  [{ type: "begin", method: "PUT", target: "/" }],
];

const tight = { startLine: 32, head: 128, fieldLines: 4, chunkLine: 8, interim: 2 };

class Reader implements Policy<ClientEvent, ClientAction> {
  readonly opens: readonly ClientAction[];

  constructor(opens: readonly ClientAction[]) {
    this.opens = opens;
  }

  tell(event: ClientEvent): string | Uint8Array {
    switch (event.type) {
      case "informational":
      case "switched":
        return `${event.type} ${event.head.status} ${JSON.stringify(event.head.fields.lines)}`;
      case "response": {
        const { status, reason, version, fields } = event.head;
        return `response ${status} ${reason} ${version} ${JSON.stringify(fields.lines)} ${event.content}`;
      }
      case "data":
        return event.octets;
      case "end":
        return `end ${JSON.stringify(event.trailers.lines)}`;
    }
  }

  answers(): readonly ClientAction[] {
    return [];
  }
}

export const httpClient: Target = {
  name: "http-client",
  code: /\/libs\/(?:http\/(?:src|dist)\/(?!websocket|dissect|explain|server)|wire\/)/,
  words: httpWords,
  seeds: responses.flatMap((response) => [
    response,
    `${response}HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n`,
  ]),
  run(input, cut) {
    const conversation = conversations[input.length % conversations.length] ?? [];
    const limits = input.length % 8 < 4 ? {} : tight;
    return walk(new HttpClient({ host: "a", limits }), new Reader(conversation), input, cut);
  },
};
