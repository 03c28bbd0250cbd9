/** The octets of replies that are said over and over (`250 2.1.0 Sender OK`), made once for each reply object. */
import type { Reply } from "./envelope.ts";
import { formatReply } from "./replies.ts";

const plain = new WeakMap<Reply, Uint8Array>();
const enhanced = new WeakMap<Reply, Uint8Array>();

/** As {@link formatReply}; who made the reply leaves it as it is from then on. */
export function replyOctets(reply: Reply, options: { readonly enhanced: boolean }): Uint8Array {
  const known = options.enhanced ? enhanced : plain;
  const said = known.get(reply);
  if (said !== undefined) return said;
  const octets = formatReply(reply, options);
  known.set(reply, octets);
  return octets;
}
