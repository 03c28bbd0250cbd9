import { HttpServer, type ServerAction, type ServerEvent } from "@socketscope/http";
import type { Target } from "../target.ts";
import { walk, type Policy } from "../walk.ts";
import { httpWords, requests } from "./http-words.ts";

/** Answers at once or when all has come, in one piece or streamed: the target says which. */
class Application implements Policy<ServerEvent, ServerAction> {
  #answerLater: ServerAction[] = [];

  tell(event: ServerEvent): string | Uint8Array {
    switch (event.type) {
      case "request": {
        const { method, target, version, fields } = event.head;
        return `request ${method} ${target} ${version} ${JSON.stringify([...fields])} ${event.content}`;
      }
      case "data":
        return event.octets;
      case "end":
        return `end ${JSON.stringify([...event.trailers])}`;
    }
  }

  answers(event: ServerEvent): readonly ServerAction[] {
    if (event.type === "data") return [];
    if (event.type === "end") return this.#answerLater.splice(0);
    const { method, target } = event.head;
    const actions: ServerAction[] = [];
    if (event.expectsContinue) actions.push({ type: "informational", status: 100 });
    if (event.upgrade?.includes("websocket") === true)
      return [...actions, { type: "switch", status: 101, fields: ["Upgrade", "websocket"] }];
    if (method === "CONNECT") actions.push({ type: "respond", status: 405 });
    else if (target.includes("stream")) {
      actions.push(
        { type: "begin", status: 200, ...(target.includes("length") && { length: 2 }) },
        { type: "data", octets: Uint8Array.of(111, 107) },
        { type: "end" },
      );
    } else actions.push({ type: "respond", status: target.includes("204") ? 204 : 200, content: "ok" });
    if (!target.includes("late")) return actions;
    this.#answerLater = actions;
    return [];
  }
}

const tight = { startLine: 32, head: 128, fieldLines: 4, chunkLine: 8, emptyLines: 1, discard: 16 };

export const httpServer: Target = {
  name: "http-server",
  code: /\/libs\/(?:http\/(?:src|dist)\/(?!websocket|dissect|explain)|wire\/)/,
  words: httpWords,
  seeds: requests,
  run(input, cut) {
    // Every second input meets limits that it can reach.
    const limits = input.length % 2 === 0 ? {} : tight;
    const core = new HttpServer({ date: () => "Tue, 24 Nov 2026 00:00:00 GMT", limits });
    return walk(core, new Application(), input, cut);
  },
};
