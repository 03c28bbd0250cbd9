/** HTTP as a HAR 1.2 file, which browsers' developer tools read: heads, sizes and times, no contents; secrets masked. */
import { decodeLatin1 } from "@socketscope/wire";
import { maskOctets } from "../secrets.ts";
import type { Conversation, Kept } from "../store/conversation.ts";
import type { Store } from "../store/store.ts";

interface HarField {
  readonly name: string;
  readonly value: string;
}

interface Head {
  /** The words of its first line. */
  readonly first: readonly string[];
  readonly fields: readonly HarField[];
}

/** A head and what followed it of the same speaker. */
interface Said {
  readonly kept: Kept;
  /** Octets on the wire, chunks' frames included. */
  octets: number;
  /** Octets of the content itself. */
  content: number;
  /** When its last octet was there. */
  until: number;
}

export interface HarOptions {
  readonly version: string;
  readonly showSecrets: boolean;
}

export function harOf(store: Store, { version, showSecrets }: HarOptions): object {
  const entries = [...store.sockets.values()].flatMap((conversation) =>
    exchangesOf(conversation).map(([asked, answered]) => entry(conversation, asked, answered, showSecrets)),
  );
  return {
    log: {
      version: "1.2",
      creator: { name: "Socketscope inspector", version },
      entries: entries.toSorted((a, b) => (a.startedDateTime < b.startedDateTime ? -1 : 1)),
    },
  };
}

/** Requests with their final answers: what has none yet is left out, as browsers do. */
function exchangesOf({ kept }: Conversation): readonly (readonly [Said, Said])[] {
  const requests = new Map<number, Said>();
  const exchanges: [Said, Said][] = [];
  const last: Partial<Record<string, Said>> = {};
  for (const one of kept) {
    const { protocol, kind, direction, id, answers, code = 0, at } = one.view;
    if (protocol !== "http" || kind === "event") continue;
    const head = kind === "request" || kind === "response";
    if (!head) {
      const said = last[direction];
      if (said !== undefined) add(said, one);
      continue;
    }
    const said: Said = { kept: one, octets: 0, content: 0, until: at };
    last[direction] = said;
    if (kind === "request") requests.set(id, said);
    const request = answers === undefined ? undefined : requests.get(answers);
    // RFC 9110 §15.2: an interim answer is not the answer.
    if (kind === "response" && request !== undefined && (code >= 200 || code === 101))
      exchanges.push([request, said]);
  }
  return exchanges;
}

function add(said: Said, { view, message }: Kept): void {
  said.octets += view.to - view.from;
  said.until = view.at;
  for (const { name, from, to } of message.parts)
    if (name === "content" || name === "chunk data") said.content += to - from;
}

function entry(conversation: Conversation, asked: Said, answered: Said, showSecrets: boolean) {
  const request = headOf(conversation, asked.kept, showSecrets);
  const response = headOf(conversation, answered.kept, showSecrets);
  const [method = "", target = "", version = ""] = request.first;
  const url = urlOf(conversation, request, target);
  const { view } = asked.kept;
  const send = asked.until - view.at;
  const wait = Math.max(0, answered.kept.view.at - asked.until);
  const receive = answered.until - answered.kept.view.at;
  const server = conversation.client === "in" ? conversation.flow.local : conversation.flow.remote;
  return {
    startedDateTime: new Date(view.at).toISOString(),
    time: send + wait + receive,
    request: {
      method,
      url,
      httpVersion: version,
      cookies: [],
      headers: request.fields,
      queryString: [...(URL.canParse(url) ? new URL(url).searchParams : [])].map(([name, value]) => ({
        name,
        value,
      })),
      headersSize: view.to - view.from,
      bodySize: asked.octets,
    },
    response: {
      status: answered.kept.view.code ?? 0,
      statusText: response.first.slice(2).join(" "),
      httpVersion: response.first[0] ?? "",
      cookies: [],
      headers: response.fields,
      content: { size: answered.content, mimeType: valueOf(response, "content-type") ?? "" },
      redirectURL: valueOf(response, "location") ?? "",
      headersSize: answered.kept.view.to - answered.kept.view.from,
      bodySize: answered.octets,
    },
    cache: {},
    timings: { send, wait, receive },
    serverIPAddress: server.host,
    connection: String(conversation.key),
  };
}

function headOf(conversation: Conversation, { view, message }: Kept, showSecrets: boolean): Head {
  const read = conversation.octets[view.direction].read(view.from, view.to);
  const octets = showSecrets
    ? read.octets
    : maskOctets(message, read.from - view.from + message.from, read.octets);
  // Where the first octets had to go, to keep the store small, nothing can be said of what is left.
  const whole = read.from === view.from ? decodeLatin1(octets, 0, octets.length) : "";
  const [first = "", ...lines] = whole.split("\r\n");
  const fields = lines.flatMap((line): HarField[] => {
    const colon = line.indexOf(":");
    return colon <= 0 ? [] : [{ name: line.slice(0, colon), value: line.slice(colon + 1).trim() }];
  });
  return { first: first.split(" "), fields };
}

function urlOf({ view, flow, client }: Conversation, head: Head, target: string): string {
  if (!target.startsWith("/")) return target;
  const { host, port } = client === "in" ? flow.local : flow.remote;
  const authority = valueOf(head, "host") ?? (host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`);
  return `${view.tls === undefined ? "http" : "https"}://${authority}${target}`;
}

function valueOf({ fields }: Head, wanted: string): string | undefined {
  return fields.find(({ name }) => name.toLowerCase() === wanted)?.value;
}
