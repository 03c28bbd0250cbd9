/** What nginx and a WebSocket server really answered curl and Chromium, read by our client that asked the same. */
import { describe, expect, it } from "vitest";
import {
  HttpClient,
  HttpServer,
  type ClientAction,
  type ClientEvent,
  type ServerEvent,
} from "../../src/index.ts";
import { recording, type Step } from "@socketscope/testkit";

const recorded = (name: string): ReturnType<typeof recording> =>
  recording(new URL(`../recordings/${name}.ndjson`, import.meta.url));

/** The requests of one connection, as actions of ours; their content is left out, nobody answers to it here. */
function requestsOf(steps: readonly Step[]): ClientAction[] {
  const server = new HttpServer({ date: () => "now" });
  const actions: ClientAction[] = [];
  for (const step of steps) {
    if (!("octets" in step) || step.direction !== "in") continue;
    server.receive(step.octets);
    for (let event: ServerEvent | string = server.next(); typeof event !== "string"; event = server.next()) {
      if (event.type === "end" && server.state === "due") server.send({ type: "respond", status: 200 });
      if (event.type !== "request") continue;
      const { method, target } = event.head;
      const upgrade = event.upgrade?.[0];
      actions.push({
        type: "request",
        method,
        target,
        ...(upgrade !== undefined && { fields: ["Upgrade", upgrade] }),
      });
      if (upgrade !== undefined) return actions;
    }
  }
  return actions;
}

/** `status octets` of each answer; the responses in pieces of `cut` octets. */
function answersOf(steps: readonly Step[], cut: number): readonly string[] {
  const client = new HttpClient({ host: "a" });
  const answers: string[] = [];
  let octets = 0;
  const tell = (event: ClientEvent): void => {
    if (event.type === "data") octets += event.octets.length;
    else if (event.type === "end") answers.push(`${answers.pop()} ${octets}`);
    else answers.push(String(event.head.status));
    if (event.type === "response") octets = 0;
  };
  for (const action of requestsOf(steps)) client.send(action);
  for (const step of steps) {
    if (!("octets" in step) || step.direction !== "out" || client.state === "switched") continue;
    for (let at = 0; at < step.octets.length; at += cut) {
      client.receive(step.octets.slice(at, at + cut));
      for (let event = client.next(); typeof event !== "string"; event = client.next()) tell(event);
    }
  }
  return answers;
}

describe("recorded answers", () => {
  it.each<readonly [name: string, answers: readonly (readonly string[])[]]>([
    ["nginx-curl", [["304 0", "200 0", "206 6", "200 118", "404 146", "301 162", "301 162"]]],
    ["nginx-curl-upload", [["413 176"], ["418 16"]]],
    ["nginx-pipelined", [["200 26", "200 0", "418 16", "200 26"]]],
    ["nginx-chromium", [["200 118", "200 19"], []]],
    ["chromium-websocket", [["200 378"], ["200 378"], ["101"]]],
  ])("%s", (name, expected) => {
    for (const cut of [Infinity, 1, 7]) {
      expect(recorded(name).map((steps) => answersOf(steps, cut))).toEqual(expected);
    }
  });
});
