import type { MessageView, SocketView } from "@socketscope/inspector";
import { describe, expect, it } from "vitest";
import { Judge } from "../src/judge.ts";
import { parseLessons } from "../src/parse.ts";

const [check] =
  parseLessons(
    "a.md",
    `<!-- lesson 1
title: A
minutes: 1
-->

## A

<!-- check a refusal
seen: who:client "RCPT"
then: code:550
missing: code:503 => MAIL comes first.
missing: proto:smtp => You are connected.
nothing: Nothing.
hint: H
-->
`,
  )[0]?.steps[0]?.checks ?? [];

function judge(): Judge {
  if (check === undefined) throw new Error("no check");
  return new Judge(check);
}

function message(said: string, code?: number): MessageView {
  return {
    socket: 1,
    id: 0,
    order: 0,
    at: 0,
    who: code === undefined ? "client" : "server",
    direction: "in",
    protocol: "smtp",
    kind: "command",
    from: 0,
    to: 1,
    said,
    means: "",
    ...(code !== undefined && { code }),
    fault: false,
  };
}

function socket(key: number): SocketView {
  return {
    key,
    source: 1,
    app: "mail-relay",
    transport: "tcp",
    local: { host: "127.0.0.1", port: 25 },
    remote: { host: "127.0.0.1", port: 1 },
    protocol: "smtp",
    opened: 0,
    joined: false,
    octets: { in: 0, out: 0 },
    missed: 0,
    messages: 0,
    faults: 0,
  };
}

describe("a judge", () => {
  it("wants the messages of one socket in their order", () => {
    const one = judge();
    one.message(message("550", 550), socket(1));
    one.message(message("RCPT"), socket(1));
    one.message(message("550", 550), socket(2));
    expect(one.done).toBe(false);
    one.message(message("550", 550), socket(1));
    expect(one.done).toBe(true);
  });

  it("tells nothing was seen, until something is", () => {
    const one = judge();
    expect(one.told).toBe("Nothing.");
    one.message(message("EHLO"), socket(1));
    expect(one.told).toBe("You are connected.");
  });

  it("learns nothing of a try from the end of a socket that was there before it", () => {
    const one = judge();
    one.message(message("closed"), socket(1), { passing: true });
    expect(one.told).toBe("Nothing.");
  });

  it("does not forget an error because QUIT followed it, but with a new connection", () => {
    const one = judge();
    one.message(message("503", 503), socket(1));
    one.message(message("QUIT"), socket(1));
    expect(one.told).toBe("MAIL comes first.");
    one.message(message("EHLO"), socket(2));
    expect(one.told).toBe("You are connected.");
    one.message(message("QUIT"), socket(1));
    expect(one.told).toBe("You are connected.");
  });
});
