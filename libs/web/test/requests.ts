/** Requests made by hand and responses read whole: handlers are tested without a socket. */
import { Fields } from "@socketscope/http";
import type { Handler, Request, RequestBody, Response } from "../src/index.ts";

const NO_BODY: RequestBody = {
  length: 0,
  trailers: undefined,
  bytes: () => Promise.resolve(new Uint8Array()),
  text: () => Promise.resolve(""),
  [Symbol.asyncIterator]: () => ({ next: () => Promise.resolve({ done: true, value: undefined }) }),
};

/** `target`: "/path?query". `lines`: name, value, … */
export function makeRequest(
  method: string,
  target: string,
  lines: readonly string[] = [],
  more: Partial<Request> = {},
): Request {
  const mark = target.indexOf("?");
  return {
    method,
    target,
    path: mark < 0 ? target : target.slice(0, mark),
    query: mark < 0 ? "" : target.slice(mark + 1),
    version: "1.1",
    fields: new Fields(lines),
    flow: {
      id: 1,
      transport: "tcp",
      local: { host: "127.0.0.1", port: 8080 },
      remote: { host: "127.0.0.1", port: 50_000 },
    },
    secure: false,
    body: NO_BODY,
    ...more,
  };
}

export interface Answer {
  readonly status: number;
  readonly fields: Fields;
  readonly octets: Buffer;
  /** As announced; undefined when it is not known before. */
  readonly length: number | undefined;
  readonly response: Response;
}

export async function ask(
  handler: Handler,
  method: string,
  target: string,
  lines?: readonly string[],
): Promise<Answer> {
  return readAnswer(await handler(makeRequest(method, target, lines)));
}

export async function readAnswer(response: Response): Promise<Answer> {
  const fields = new Fields(response.fields ?? []);
  const { content = "" } = response;
  if (typeof content === "string" || content instanceof Uint8Array) {
    const octets = Buffer.from(content);
    return { status: response.status, fields, octets, length: octets.length, response };
  }
  const pieces: Uint8Array[] = [];
  for await (const piece of content.pieces) pieces.push(piece);
  return { status: response.status, fields, octets: Buffer.concat(pieces), length: content.length, response };
}
