/** What stands in a server's lines: STAT, LIST, UIDL (RFC 1939 §5, §7) and CAPA (RFC 2449 §5, §6). */

export interface Pop3Capabilities {
  /** Keyword in capitals → its parameters; of one that came twice the last. */
  readonly keywords: ReadonlyMap<string, readonly string[]>;
  readonly stls: boolean;
  readonly pipelining: boolean;
  /** SASL mechanisms, in capitals. */
  readonly sasl: readonly string[];
}

export const noCapabilities: Pop3Capabilities = capabilitiesOf(new Map());

export function parseCapabilities(lines: readonly string[]): Pop3Capabilities {
  const keywords = new Map<string, readonly string[]>();
  for (const line of lines) {
    const [keyword = "", ...parameters] = line.split(" ").filter((word) => word !== "");
    if (keyword !== "") keywords.set(keyword.toUpperCase(), parameters);
  }
  return capabilitiesOf(keywords);
}

function capabilitiesOf(keywords: ReadonlyMap<string, readonly string[]>): Pop3Capabilities {
  return {
    keywords,
    stls: keywords.has("STLS"),
    pipelining: keywords.has("PIPELINING"),
    sasl: (keywords.get("SASL") ?? []).map((name) => name.toUpperCase()),
  };
}

/** The text behind the +OK to STAT: messages, and their octets in all; what stands behind is left alone (RFC 1939 §5). */
export function parseStat(text: string): { readonly messages: number; readonly octets: number } | undefined {
  const [, messages, octets] = /^(\d{1,10}) (\d{1,15})(?: |$)/.exec(text) ?? [];
  if (messages === undefined || octets === undefined) return undefined;
  return { messages: Number(messages), octets: Number(octets) };
}

/** A line of LIST: what stands behind the size is left alone (RFC 1939 §5). */
export function parseScanListing(
  line: string,
): { readonly number: number; readonly octets: number } | undefined {
  const [, number, octets] = /^(\d{1,10}) (\d{1,15})(?: |$)/.exec(line) ?? [];
  if (number === undefined || octets === undefined || Number(number) === 0) return undefined;
  return { number: Number(number), octets: Number(octets) };
}

/** A line of UIDL. RFC 1939 §7: one to 70 letters; a longer one is taken as well, the line's limit bounds it. */
export function parseUniqueId(line: string): { readonly number: number; readonly id: string } | undefined {
  const [, number, id] = /^(\d{1,10}) ([!-~]+) *$/.exec(line) ?? [];
  if (number === undefined || id === undefined || Number(number) === 0) return undefined;
  return { number: Number(number), id };
}
