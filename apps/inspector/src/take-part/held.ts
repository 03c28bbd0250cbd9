/**
 * A message that a program holds, as it may be shown and edited: as text where it is text, else in hex, secrets masked.
 * What is masked cannot be edited, for then the mask would be sent.
 */
import { encodeUtf8 } from "@socketscope/wire";
import { maskKept, maskLines } from "../secrets.ts";
import type { Conversation } from "../store/conversation.ts";
import type { HeldView } from "../views.ts";

type OctetsJson = string | { readonly hex: string };

/** As the control socket tells it. */
export interface HeldJson {
  readonly listener: string;
  readonly chunk: number;
  readonly flow: { readonly id: number };
  readonly direction: "in" | "out";
  readonly heldMs: number;
  readonly leftMs: number;
  readonly behind: number;
  readonly before: OctetsJson;
  readonly after: OctetsJson;
}

/** Octets of a message that can be edited. */
const EDITABLE_OCTETS = 64 * 1024;
/** Octets shown of one that cannot. */
const SHOWN_OCTETS = 4096;

export interface HeldContext {
  readonly app: string;
  /** Milliseconds since 1970. */
  readonly since: number;
  readonly conversation: Conversation | undefined;
  readonly showSecrets: boolean;
}

export function viewOfHeld(held: HeldJson, context: HeldContext): HeldView {
  const { app, since, conversation, showSecrets } = context;
  const { chunk, listener, direction, behind, heldMs, leftMs } = held;
  const octets = octetsOf(held.after);
  const masked = showSecrets ? octets : maskedOf(held, octets, conversation);
  const tooLong = octets.length > EDITABLE_OCTETS;
  const whole = masked !== undefined && Buffer.from(masked).equals(octets);
  const why = tooLong
    ? `longer than ${EDITABLE_OCTETS} octets`
    : masked === undefined
      ? "not read as a message yet, so it may hold a secret"
      : whole
        ? undefined
        : "it holds a secret, which --show-secrets would show";
  const shown = masked ?? new Uint8Array(octets.length).fill(0x2a);
  return {
    app,
    listener,
    chunk,
    ...(conversation !== undefined && { socket: conversation.key }),
    direction,
    fromClient: conversation === undefined ? direction === "in" : conversation.client === direction,
    length: octets.length,
    ...textOf(tooLong ? shown.subarray(0, SHOWN_OCTETS) : shown),
    editable: why === undefined,
    ...(why !== undefined && { why }),
    since,
    until: since + heldMs + leftMs,
    behind,
  };
}

function octetsOf(json: OctetsJson): Uint8Array {
  return typeof json === "string" ? encodeUtf8(json) : Buffer.from(json.hex, "hex");
}

/** Undefined: it cannot be said yet where in it a secret stands. */
function maskedOf(
  held: HeldJson,
  octets: Uint8Array,
  conversation: Conversation | undefined,
): Uint8Array | undefined {
  // What our side says has left no trace in the tap yet; a reply's secrets stand in its fields.
  if (held.direction === "out") return maskLines(octets);
  const before = octetsOf(held.before);
  if (conversation === undefined || !Buffer.from(before).equals(octets)) return undefined;
  const { end } = conversation.octets.in;
  const from = end - held.behind - before.length;
  if (from < 0) return undefined;
  const read = conversation.octets.in.read(from, from + before.length);
  // The tap's line may be behind the control socket's answer.
  if (read.from !== from || !Buffer.from(read.octets).equals(before)) return undefined;
  return maskKept(conversation.kept, "in", from, before);
}

type Form = Pick<HeldView, "form" | "text">;

/** Text whose only controls are line ends of one kind and tabs; everything else is hex. */
function textOf(octets: Uint8Array): Form {
  const hex: Form = { form: "hex", text: Buffer.from(octets).toString("hex") };
  const text = Buffer.from(octets).toString("utf8");
  if (!Buffer.from(text).equals(octets)) return hex;
  const lines = text.replaceAll("\r\n", "\n");
  // oxlint-disable-next-line no-control-regex -- controls are what is looked for
  if (/[\x00-\x08\x0b-\x1f\x7f]/.test(lines)) return hex;
  if (!lines.includes("\n")) return { form: "text", text };
  if (!/(?<!\r)\n/.test(text)) return { form: "lines", text: lines };
  return text.includes("\r") ? hex : { form: "text", text };
}
