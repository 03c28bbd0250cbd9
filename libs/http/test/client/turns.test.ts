/** Whose turn it is, and how a connection comes to its end. */
import { encodeLatin1 } from "@socketscope/wire";
import { describe, expect, it } from "vitest";
import type { ClientAction, HttpClient } from "../../src/index.ts";
import { asked, sent } from "./told.ts";

const GET: ClientAction = { type: "request", method: "GET", target: "/" };
const UPLOAD: ClientAction = { type: "begin", method: "POST", target: "/" };
const LENGTH: ClientAction = { ...UPLOAD, length: 4 };
const octets = encodeLatin1("ab");

function read(core: HttpClient, text: string): unknown {
  core.receive(encodeLatin1(text));
  for (;;) {
    const event = core.next();
    if (typeof event === "string") return event;
  }
}

describe("clocks", () => {
  it("runs one only while it is the server's turn", () => {
    const core = asked();
    const waits: string[] = [core.waitingFor];
    core.send(UPLOAD);
    waits.push(core.waitingFor);
    core.send({ type: "end" });
    waits.push(core.waitingFor);
    read(core, "HTTP/1.1 200 x\r\nCont");
    waits.push(core.waitingFor);
    read(core, "ent-Length: 2\r\n\r\na");
    waits.push(core.waitingFor);
    read(core, "b");
    waits.push(core.waitingFor);
    expect(waits).toEqual(["idle", "us", "response", "response", "content", "idle"]);
  });

  it("an answer that begins while our content runs is waited for", () => {
    const core = asked(UPLOAD);
    read(core, "HTTP/1.1 4");
    expect(core.waitingFor).toBe("response");
    read(core, "13 x\r\nContent-Length: 0\r\n\r\n");
    expect(core.waitingFor).toBe("us");
  });

  it("an idle connection that is late just ends", () => {
    const core = asked();
    core.receive("timeout");
    expect(core.next()).toBe("closed");
  });
});

describe("an answer before our content is whole", () => {
  it("RFC 9112 §9.5: when it closes, no more of the content leaves us", () => {
    const core = asked(LENGTH);
    expect(sent(core, { type: "data", octets })).toBe("ab");
    expect(read(core, "HTTP/1.1 413 x\r\nConnection: close\r\nContent-Length: 1\r\n\r\n")).toBe("need-data");
    expect([core.state, core.contentWanted]).toEqual(["streaming", false]);
    expect(sent(core, { type: "data", octets })).toBe("");
    expect(sent(core, { type: "end" })).toBe("");
    expect(core.state).toBe("ending");
    expect(read(core, "x")).toBe("closed");
  });

  it("RFC 9112 §9.5: when it closes and is whole, the connection is over without the rest", () => {
    expect(read(asked(LENGTH), "HTTP/1.1 413 x\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")).toBe(
      "closed",
    );
  });

  it("RFC 9112 §9.3: when it stays, the content goes on and the connection can be used again", () => {
    const core = asked(UPLOAD);
    expect(read(core, "HTTP/1.1 200 x\r\nContent-Length: 0\r\n\r\n")).toBe("need-data");
    expect(core.contentWanted).toBe(true);
    expect(sent(core, { type: "data", octets })).toBe("2\r\nab\r\n");
    expect(sent(core, { type: "end" })).toBe("0\r\n\r\n");
    expect(core.state).toBe("ready");
    expect(core.waitingFor).toBe("idle");
  });

  it("RFC 9110 §10.1.1: 100 is told and the content follows", () => {
    const core = asked({ ...LENGTH, fields: ["Expect", "100-continue"] });
    core.receive(encodeLatin1("HTTP/1.1 100 Continue\r\n\r\n"));
    expect(core.next()).toMatchObject({ type: "informational", head: { status: 100 } });
    expect(core.state).toBe("streaming");
  });
});

describe("ends", () => {
  it("RFC 9112 §9.6: what was sent ahead of a response that closes is left over, and said so", () => {
    const core = asked(GET, GET, GET);
    expect(read(core, "HTTP/1.1 200 x\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")).toBe("closed");
    expect(core.outstanding).toBe(2);
  });

  it("drains: what was asked is answered, nothing more is asked", () => {
    const idle = asked();
    idle.receive("drain");
    expect(idle.next()).toBe("closed");
    const busy = asked(GET);
    busy.receive("drain");
    expect(busy.state).toBe("ending");
    expect(busy.next()).toBe("need-data");
    expect(read(busy, "HTTP/1.1 204 x\r\n\r\n")).toBe("closed");
  });

  it("drains while content runs", () => {
    const core = asked(UPLOAD);
    core.receive("drain");
    core.send({ type: "end" });
    expect(core.state).toBe("ending");
    expect(read(core, "HTTP/1.1 204 x\r\n\r\n")).toBe("closed");
  });

  it("drains while a request is held: the answer is the last", () => {
    const core = asked({ ...GET, fields: ["Upgrade", "x"] });
    core.receive("drain");
    expect(read(core, "HTTP/1.1 204 x\r\n\r\n")).toBe("closed");
  });

  it("RFC 9112 §9.5: after the server's FIN no request is sent", () => {
    const core = asked(GET);
    core.receive(encodeLatin1("HTTP/1.1 200 x\r\nContent-Length: 0\r\n\r\n"));
    core.receive("end");
    expect(core.state).toBe("ending");
    expect(core.next()).toMatchObject({ type: "response" });
    expect(core.next()).toMatchObject({ type: "end" });
    expect(core.next()).toBe("closed");
  });
});
