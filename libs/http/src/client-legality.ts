/** RFC 9112 §9: what a client may send when. */
import type { ClientAction } from "./events.ts";

/**
 * `ready`: a request may be sent · `streaming`: its content runs · `held`: the last request may turn the connection
 * into another protocol's, so nothing follows it until it is answered · `ending`: no further request, answers may
 * still come · `switched`: another protocol goes on · `closed`: over.
 */
export type ClientState = "ready" | "streaming" | "held" | "ending" | "switched" | "closed";

/** Which action is legal in which state. The tests walk it. */
export const clientLegality: Readonly<Record<ClientAction["type"], ClientState>> = {
  request: "ready",
  begin: "ready",
  data: "streaming",
  end: "streaming",
};

/** Nothing is asked · the answer's head is due · its content is. */
export type ClientWait = "idle" | "response" | "content";
