/** What a server says is in the mailbox (LIST and UIDL, RFC 1939 §5, §7), checked: everything else goes by these numbers. */
import { parseScanListing, parseUniqueId } from "@socketscope/pop3";
import { Pop3Error, refusedWith } from "./errors.ts";
import type { Exchange } from "./exchange.ts";

export interface ListedMessage {
  readonly number: number;
  /** As the server counts; what comes may be more or less. */
  readonly octets: number;
  /** Undefined: the server has no lasting names. Two messages of the same octets may share one. */
  readonly id: string | undefined;
}

export async function listMailbox(exchange: Exchange): Promise<readonly ListedMessage[]> {
  const listing = await exchange.list({ type: "list" });
  if (!listing.response.good)
    throw refusedWith("REFUSED", "the server does not list the mailbox", listing.response);
  const sizes = numbered(listing.lines, "LIST", (line) => {
    const found = parseScanListing(line);
    return found && [found.number, found.octets];
  });
  if (sizes.size === 0) return [];
  const names = await exchange.list({ type: "uidl" });
  const ids = numbered(names.lines, "UIDL", (line) => {
    const found = parseUniqueId(line);
    return found && [found.number, found.id];
  });
  return [...sizes].map(([number, octets]) => ({ number, octets, id: ids.get(number) }));
}

function numbered<Value>(
  lines: readonly string[],
  command: string,
  parse: (line: string) => readonly [number: number, value: Value] | undefined,
): ReadonlyMap<number, Value> {
  const found = new Map<number, Value>();
  for (const line of lines) {
    const [number, value] = parse(line) ?? [];
    if (number === undefined || value === undefined)
      throw new Pop3Error("PROTOCOL", `a line of the answer to ${command} is none`);
    if (found.has(number))
      throw new Pop3Error("PROTOCOL", `the answer to ${command} names message ${number} twice`);
    found.set(number, value);
  }
  return found;
}
