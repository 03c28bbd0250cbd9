/** Requests for handlers, without a socket. */
import { Fields, type FieldLines } from "@socketscope/http";
import type { Flow } from "@socketscope/socket-core";
import type { Request, Response } from "@socketscope/web";

export interface AskedMore {
  readonly host?: string;
  readonly body?: Uint8Array | string | readonly (Uint8Array | string)[];
  readonly secure?: boolean;
  readonly flow?: Flow;
}

export function asked(
  method: string,
  target: string,
  fields: FieldLines = [],
  more: AskedMore = {},
): Request {
  const pieces = (Array.isArray(more.body) ? more.body : [more.body ?? ""]).map((piece) =>
    Buffer.from(piece),
  );
  const mark = target.indexOf("?");
  const whole = Buffer.concat(pieces);
  return {
    method,
    target,
    path: mark < 0 ? target : target.slice(0, mark),
    query: mark < 0 ? "" : target.slice(mark + 1),
    version: "1.1",
    fields: new Fields(["Host", more.host ?? "127.0.0.1", ...fields]),
    flow: more.flow ?? {
      id: 1,
      transport: "tcp",
      local: { host: "127.0.0.1", port: 80 },
      remote: { host: "127.0.0.1", port: 50_000 },
    },
    secure: more.secure ?? false,
    body: {
      length: Array.isArray(more.body) ? undefined : whole.length,
      trailers: undefined,
      bytes: () => Promise.resolve(whole),
      text: () => Promise.resolve(whole.toString()),
      async *[Symbol.asyncIterator]() {
        for (const piece of pieces) if (piece.length > 0) yield piece;
      },
    },
  };
}

export async function bodyOf({ content }: Response): Promise<Buffer> {
  if (content === undefined) return Buffer.alloc(0);
  if (typeof content === "string" || content instanceof Uint8Array) return Buffer.from(content);
  const pieces: Uint8Array[] = [];
  for await (const piece of content.pieces) pieces.push(piece);
  return Buffer.concat(pieces);
}

export async function textOf(response: Response): Promise<string> {
  return (await bodyOf(response)).toString("utf8");
}

/** The value of a field of a response, or undefined. */
export function fieldOf({ fields = [] }: Response, name: string): string | undefined {
  return new Fields(fields).get(name.toLowerCase());
}
