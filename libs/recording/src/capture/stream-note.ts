/**
 * What a capture of ours says of itself in comments, in words for people and for its own reader alike: which protocol a
 * stream speaks, who serves, since when it is under TLS, which stream it goes on from, why it ended. A capture of anybody
 * else has none of it, and is read by its ports and words.
 */
import { formatSeconds, microsecondsOf, millisecondsOf, parseSeconds } from "./capture-time.ts";

export interface TlsNote {
  readonly protocol: string;
  readonly cipher: string;
  readonly alpn?: string;
  /** Milliseconds since 1970. */
  readonly since: number;
}

/** Of a stream, in the comment of its first packet. */
export interface StreamNote {
  readonly stream: number;
  /** Which end is our program's. */
  readonly role: "server" | "client";
  /** Where the client is, as the packets say it. */
  readonly clientPort: number;
  readonly protocol?: string;
  /** What TLS carries, where that is what it speaks. */
  readonly under?: string;
  /** The stream that the same connection was before. */
  readonly goesOn?: number;
  /** The stream it belongs to. */
  readonly parent?: number;
  /** The ports, where the packets say others. */
  readonly ports?: { readonly client: number; readonly server: number };
}

/** What is told in the midst of a stream. */
export interface Turn {
  readonly protocol?: string;
  readonly tls?: TlsNote;
  /** When TLS ended, in milliseconds since 1970. */
  readonly cleared?: number;
}

const NOTE =
  /Stream (\d{1,9}): our program is the (server|client), the client at port (\d{1,5})(?:, speaks ([\w-]{1,40}))?(?:, and under it ([\w-]{1,40}))?(?:, goes on from stream (\d{1,9}))?(?:, belongs to stream (\d{1,9}))?(?:, real ports (\d{1,5}) and (\d{1,5}))?\./;
const TURN_TLS = /Under TLS since (\d{1,12}\.\d{6}): (\S{1,40}) (\S{1,80}?)(?: with (\S{1,40}))?\./;
const TURN_CLEAR = /In clear again since (\d{1,12}\.\d{6})\./;
const TURN_SPEAKS = /From here on: ([\w-]{1,40})\./;
const ENDED = /Why it ended: ([\w-]{1,40})\./;

export function formatNote({
  stream,
  role,
  clientPort,
  protocol,
  under,
  goesOn,
  parent,
  ports,
}: StreamNote): string {
  const said = [
    `Stream ${stream}: our program is the ${role}, the client at port ${clientPort}`,
    ...(protocol === undefined ? [] : [`speaks ${protocol}`]),
    ...(under === undefined ? [] : [`and under it ${under}`]),
    ...(goesOn === undefined ? [] : [`goes on from stream ${goesOn}`]),
    ...(parent === undefined ? [] : [`belongs to stream ${parent}`]),
    // The client's first, as it stands on the left of an arrow.
    ...(ports === undefined ? [] : [`real ports ${ports.client} and ${ports.server}`]),
  ];
  return `${said.join(", ")}.`;
}

export function parseNote(comment: string): StreamNote | undefined {
  const [, stream, role, clientPort, protocol, under, goesOn, parent, client, server] =
    NOTE.exec(comment) ?? [];
  if (stream === undefined || (role !== "server" && role !== "client")) return undefined;
  return {
    stream: Number(stream),
    role,
    clientPort: Number(clientPort),
    ...(protocol !== undefined && { protocol }),
    ...(under !== undefined && { under }),
    ...(goesOn !== undefined && { goesOn: Number(goesOn) }),
    ...(parent !== undefined && { parent: Number(parent) }),
    ...(client !== undefined && { ports: { client: Number(client), server: Number(server) } }),
  };
}

export function formatTls({ since, protocol, cipher, alpn }: TlsNote): string {
  const [name, suite] = [word(protocol), word(cipher)];
  const at = formatSeconds(microsecondsOf(since));
  return `Under TLS since ${at}: ${name} ${suite}${alpn === undefined ? "" : ` with ${word(alpn)}`}.`;
}

export function formatClear(since: number): string {
  return `In clear again since ${formatSeconds(microsecondsOf(since))}.`;
}

export function formatSpeaks(protocol: string): string {
  return `From here on: ${protocol}.`;
}

export function formatEnded(reason: string): string {
  return `Why it ended: ${reason}.`;
}

export function parseTurn(comment: string): Turn {
  const [, protocol] = TURN_SPEAKS.exec(comment) ?? [];
  const [, since, version, cipher, alpn] = TURN_TLS.exec(comment) ?? [];
  const [, cleared] = TURN_CLEAR.exec(comment) ?? [];
  return {
    ...(cleared !== undefined && { cleared: millisecondsOf(parseSeconds(cleared)) }),
    ...(protocol !== undefined && { protocol }),
    ...(version !== undefined &&
      cipher !== undefined && {
        tls: {
          since: millisecondsOf(parseSeconds(since ?? "")),
          protocol: version,
          cipher,
          ...(alpn !== undefined && { alpn }),
        },
      }),
  };
}

export function parseEnded(comment: string): string | undefined {
  return ENDED.exec(comment)?.[1];
}

/** A name without what would end it. */
function word(text: string): string {
  return text.replaceAll(/\s/g, "_") || "?";
}
