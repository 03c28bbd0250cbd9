/** Commands (RTMP 1.0 §7.2), and those that Flash's servers had beside: in which states each is taken. */

/**
 * "handshake": C0 to C2 · "opened": nothing is known of the client · "connected": it has introduced itself ·
 * "asked": it wants to publish, and is not answered yet · "publishing" · "closed"
 */
export type RtmpState = "handshake" | "opened" | "connected" | "asked" | "publishing" | "closed";

export interface CommandRule {
  readonly legalIn: readonly RtmpState[];
  /** Where it leads; undefined: nowhere else. */
  readonly leadsTo?: RtmpState;
}

const KNOWN: readonly RtmpState[] = ["connected", "publishing"];

export const rtmpCommands = {
  connect: { legalIn: ["opened"], leadsTo: "connected" },
  createStream: { legalIn: KNOWN },
  releaseStream: { legalIn: KNOWN },
  FCPublish: { legalIn: KNOWN },
  publish: { legalIn: ["connected"], leadsTo: "asked" },
  FCUnpublish: { legalIn: KNOWN },
  closeStream: { legalIn: KNOWN, leadsTo: "connected" },
  deleteStream: { legalIn: KNOWN, leadsTo: "connected" },
  play: { legalIn: ["connected"] },
  getStreamLength: { legalIn: KNOWN },
  _checkbw: { legalIn: KNOWN },
  _result: { legalIn: KNOWN },
  _error: { legalIn: KNOWN },
  onStatus: { legalIn: KNOWN },
} as const satisfies Readonly<Record<string, CommandRule>>;

export type RtmpCommand = keyof typeof rtmpCommands;

export function isRtmpCommand(name: string): name is RtmpCommand {
  return Object.hasOwn(rtmpCommands, name);
}
