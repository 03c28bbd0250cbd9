import * as fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import {
  encodeComment,
  encodeEvent,
  EventStream,
  lastEventId,
  type EventStreamOptions,
  type ServerSentEvent,
} from "../src/index.ts";
import { makeRequest } from "./requests.ts";

/** WHATWG HTML §9.2.6, told again as a reader: what a browser would dispatch. */
function parse(text: string): ServerSentEvent[] {
  const events: ServerSentEvent[] = [];
  let data: string[] = [];
  let event: string | undefined;
  let id: string | undefined;
  for (const line of text.split(/\r\n|\r|\n/)) {
    if (line === "") {
      if (data.length > 0)
        events.push({
          data: data.join("\n"),
          ...(event === undefined ? {} : { event }),
          ...(id === undefined ? {} : { id }),
        });
      data = [];
      event = undefined;
      id = undefined;
      continue;
    }
    const colon = line.indexOf(":");
    const name = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
    if (name === "data") data.push(value);
    else if (name === "event") event = value;
    else if (name === "id") id = value;
  }
  return events;
}

function iterate(stream: EventStream): AsyncIterator<Uint8Array> {
  const { content } = stream.response;
  if (content === undefined || typeof content === "string" || content instanceof Uint8Array)
    throw new TypeError("not streamed");
  return content.pieces[Symbol.asyncIterator]();
}

async function nextText(pieces: AsyncIterator<Uint8Array>): Promise<string | undefined> {
  const { done, value } = await pieces.next();
  return done === true ? undefined : Buffer.from(value).toString();
}

function quiet(options: EventStreamOptions = {}): EventStream {
  return new EventStream({ heartbeat: 0, ...options });
}

describe("the event stream format (WHATWG HTML §9.2.5)", () => {
  it.each([
    [{ data: "hello" }, "data: hello\n\n"],
    [{ data: "" }, "data: \n\n"],
    [{ data: "a\nb\r\nc\rd" }, "data: a\ndata: b\ndata: c\ndata: d\n\n"],
    [{ data: " x" }, "data:  x\n\n"],
    [{ data: "1", event: "tick", id: "7", retry: 500 }, "event: tick\nid: 7\nretry: 500\ndata: 1\n\n"],
    [{ data: "x\n\nevent: forged" }, "data: x\ndata: \ndata: event: forged\n\n"],
    [{ data: "x", id: "" }, "id: \ndata: x\n\n"],
  ])("%j", (event, text) => {
    expect(encodeEvent(event)).toBe(text);
  });

  it.each([
    { data: "", event: "a\ndata: forged" },
    { data: "", event: "a\r" },
    { data: "", id: "1\n2" },
    { data: "", id: "1\0" },
    { data: "", retry: -1 },
    { data: "", retry: 1.5 },
  ])("refuses %j", (event) => {
    expect(() => encodeEvent(event)).toThrow(
      expect.objectContaining({ name: "LocalError", code: "SSE_FIELD" }),
    );
  });

  it("refuses a comment that would break out", () => {
    expect(encodeComment("hi")).toBe(": hi\n\n");
    expect(() => encodeComment("hi\ndata: forged")).toThrow("line end");
  });

  it("arrives as one event, whatever the text", () => {
    const unit = fc.constantFrom("\r", "\n", ":", " ", "data: x", "é", "a", "\0");
    const line = fc.string().filter((text) => !/[\r\n\0]/.test(text));
    fc.assert(
      fc.property(fc.string({ unit }), line, line, (data, event, id) => {
        expect(parse(encodeEvent({ data, event, id }))).toEqual([
          { data: data.replaceAll(/\r\n|\r/g, "\n"), event, id },
        ]);
      }),
    );
  });

  it("reads Last-Event-ID as UTF-8", () => {
    const sent = Buffer.from("é7").toString("latin1");
    expect(lastEventId(makeRequest("GET", "/", ["Last-Event-ID", sent]))).toBe("é7");
    expect(lastEventId(makeRequest("GET", "/"))).toBeUndefined();
  });
});

describe("EventStream", () => {
  it("opens at once, sends a burst in one piece, and ends", async () => {
    const closed = vi.fn<() => void>();
    const stream = quiet({ retry: 2000, closed });
    expect(stream.response.status).toBe(200);
    expect(stream.response.fields).toContain("text/event-stream");
    const pieces = iterate(stream);
    expect(await nextText(pieces)).toBe("retry: 2000\n\n");
    const waiting = nextText(pieces);
    expect(stream.send({ data: "1" })).toBe(true);
    expect(stream.send({ data: "2" })).toBe(true);
    expect(await waiting).toBe("data: 1\n\ndata: 2\n\n");
    stream.send({ data: "last" });
    stream.close();
    expect(stream.send({ data: "late" })).toBe(false);
    expect(await nextText(pieces)).toBe("data: last\n\n");
    expect(await nextText(pieces)).toBeUndefined();
    expect(closed).toHaveBeenCalledTimes(1);
  });

  it("tells once that the reader went, also while an event is waited for", async () => {
    const closed = vi.fn<() => void>();
    const stream = quiet({ closed });
    const pieces = iterate(stream);
    await pieces.next();
    const waiting = pieces.next();
    await pieces.return?.();
    expect((await waiting).done).toBe(true);
    await pieces.return?.();
    expect([stream.open, stream.send({ data: "x" }), closed.mock.calls.length]).toEqual([false, false, 1]);
  });

  it("disconnects a slow reader, which comes again with its last id", async () => {
    const stream = quiet({ maxQueued: 100 });
    let sent = 0;
    while (stream.send({ data: "x".repeat(20), id: String(sent) })) sent++;
    expect([stream.open, stream.dropped]).toEqual([false, 1]);
    const pieces = iterate(stream);
    const events = parse((await nextText(pieces)) ?? "");
    expect(events.map(({ id }) => id)).toEqual(Array.from({ length: sent }, (_, i) => String(i)));
    expect(await nextText(pieces)).toBeUndefined();
  });

  it("drops the oldest where the app says so, and says how many", async () => {
    const stream = quiet({ maxQueued: 100, slowReader: "drop-oldest" });
    const pieces = iterate(stream);
    await pieces.next();
    for (let i = 0; i < 1000; i++) {
      expect(stream.send({ data: String(1000 + i) })).toBe(true);
      expect(stream.queued).toBeLessThanOrEqual(100);
    }
    expect(() => stream.send({ data: "x".repeat(200) })).toThrow(
      expect.objectContaining({ code: "SSE_TOO_LARGE" }),
    );
    const text = await nextText(pieces);
    expect(text).toContain(`: ${stream.dropped} events dropped`);
    expect(stream.dropped).toBeGreaterThan(900);
    expect(stream.open).toBe(true);
    expect(stream.send({ data: "after" })).toBe(true);
    expect(await nextText(pieces)).toBe("data: after\n\n");
  });

  it("sends a comment while nothing happens, none to a reader who does not read", async () => {
    vi.useFakeTimers();
    try {
      const stream = new EventStream({ heartbeat: 1000 });
      const pieces = iterate(stream);
      expect(await nextText(pieces)).toBe(": open\n\n");
      vi.advanceTimersByTime(10_000);
      expect(await nextText(pieces)).toBe(": \n\n");
      stream.close();
      expect(vi.getTimerCount()).toBe(0);
    } finally {
      vi.useRealTimers();
    }
  });
});
