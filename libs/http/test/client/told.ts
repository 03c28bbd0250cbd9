/** A client core's story as lines of text; the network's cuts through content do not show. */
import { decodeLatin1 } from "@socketscope/wire";
import { HttpClient, type ClientAction, type ClientEvent } from "../../src/index.ts";

export function told(events: readonly ClientEvent[]): readonly string[] {
  const lines: string[] = [];
  let content = "";
  for (const event of events) {
    switch (event.type) {
      case "informational":
        lines.push(`interim ${event.head.status}`);
        break;
      case "response":
        lines.push(`${event.head.status} ${event.head.version} ${event.content}`);
        break;
      case "data":
        content += decodeLatin1(event.octets);
        break;
      case "end":
        lines.push(`${content}|${event.trailers.lines.join("=")}`);
        content = "";
        break;
      case "switched":
        lines.push(`switched ${event.head.status}`);
    }
  }
  return lines;
}

/** A client of the origin "a" that has sent these. */
export function asked(...actions: readonly ClientAction[]): HttpClient {
  const core = new HttpClient({ host: "a" });
  for (const action of actions) core.send(action);
  return core;
}

/** The octets an action becomes, as latin1 text. */
export function sent(core: HttpClient, action: ClientAction): string {
  const pieces = core.send(action);
  if (pieces instanceof Uint8Array) return decodeLatin1(pieces);
  return pieces.map((piece) => decodeLatin1(piece)).join("");
}
