/** One plain sentence for every word RTMP says: handshake, messages, commands, codes, parts, states. */
import { explanationOf, unexplained, type Entry, type Explanation } from "@socketscope/wire";
import { isRtmpCommand, rtmpCommands, type RtmpCommand, type RtmpState } from "./commands.ts";
import type { StatusCode } from "./events.ts";
import type { MESSAGE_TYPES, USER_CONTROLS } from "./messages.ts";

const SPEC = "RTMP 1.0";

/** By the kind of a dissected message. */
const HANDSHAKES = {
  C0: ["The client says which version of RTMP it speaks.", `${SPEC} §5.2.2`, "C1"],
  C1: ["The client's time and 1528 random octets, which it wants back.", `${SPEC} §5.2.3`, "S0"],
  C2: ["The client sends the server's octets back: the handshake is done.", `${SPEC} §5.2.4`, "connect"],
  S0: ["The server agrees on the version.", `${SPEC} §5.2.2`, "S1"],
  S1: ["The server's time and random octets, which it wants back.", `${SPEC} §5.2.3`, "S2"],
  S2: ["The server sends the client's octets back.", `${SPEC} §5.2.4`, "C2"],
} as const satisfies Readonly<Record<string, Entry>>;

const MESSAGES: Readonly<Record<(typeof MESSAGE_TYPES)[keyof typeof MESSAGE_TYPES] | "chunk", Entry>> = {
  chunk: ["A piece of a message: large ones are cut, so that others may pass between.", `${SPEC} §5.3`],
  "set chunk size": ["From here on this side's chunks are up to so many octets.", `${SPEC} §5.4.1`],
  abort: ["What has come of a message on this chunk stream is to be forgotten.", `${SPEC} §5.4.2`],
  acknowledgement: ["So many octets have been received.", `${SPEC} §5.4.3`],
  "user control": ["A word about a stream, or a ping.", `${SPEC} §6.2`],
  "window acknowledgement size": [
    "After so many octets this side wants an acknowledgement.",
    `${SPEC} §5.4.4`,
  ],
  "set peer bandwidth": ["The other side is not to have more than this unacknowledged.", `${SPEC} §5.4.5`],
  audio: ["Sound, as a tag of FLV has it.", `${SPEC} §7.1.4`],
  video: ["Pictures, as a tag of FLV has them.", `${SPEC} §7.1.5`],
  "data (AMF 3)": ["What the stream is, in AMF 3.", `${SPEC} §7.1.2`],
  "shared object (AMF 3)": ["A thing that Flash's clients shared, in AMF 3.", `${SPEC} §7.1.3`],
  "command (AMF 3)": ["A command whose values may be AMF 3.", `${SPEC} §7.1.1`],
  data: ["What the stream is: sizes, rates, the encoder.", `${SPEC} §7.1.2`],
  "shared object": ["A thing that Flash's clients shared.", `${SPEC} §7.1.3`],
  command: ["A call to the other side, with a number if an answer is wanted.", `${SPEC} §7.1.1`],
  aggregate: ["Several messages in one.", `${SPEC} §7.1.6`],
};

const COMMANDS: Readonly<Record<RtmpCommand, Entry>> = {
  connect: ["The client names the application it wants, and itself.", `${SPEC} §7.2.1.1`],
  createStream: [
    "A channel for sound and pictures is asked for; the answer is its number.",
    `${SPEC} §7.2.1.3`,
  ],
  releaseStream: [
    "Encoders ask that a stream left over by them be let go. In no specification.",
    `${SPEC} §7.2.1.2`,
  ],
  FCPublish: ["Encoders announce the name they will publish. In no specification.", `${SPEC} §7.2.1.2`],
  publish: ["The client wants to send a stream under this name, which holds its key.", `${SPEC} §7.2.2.6`],
  FCUnpublish: ["Encoders announce that they stop. In no specification.", `${SPEC} §7.2.1.2`],
  closeStream: ["What goes on on this stream ends; the stream itself remains.", `${SPEC} §7.2.2`],
  deleteStream: ["The stream is over, and with it what was published.", `${SPEC} §7.2.2.3`],
  play: ["The client wants to watch a stream.", `${SPEC} §7.2.2.1`],
  getStreamLength: ["Players ask how long a stream is. In no specification.", `${SPEC} §7.2.1.2`],
  _checkbw: ["The client asks for a test of the bandwidth. In no specification.", `${SPEC} §7.2.1.2`],
  _result: ["A call was carried out; here is what it gave.", `${SPEC} §7.2.1`],
  _error: ["A call was not carried out.", `${SPEC} §7.2.1`],
  onStatus: ["The server tells how it stands with a stream.", `${SPEC} §7.2.2`],
};

const CODES: Readonly<
  Record<StatusCode | "NetConnection.Connect.Success" | "NetConnection.Call.Failed", Entry>
> = {
  "NetConnection.Connect.Success": [
    "The client is connected to the application.",
    `${SPEC} §7.2.1.1`,
    "createStream",
  ],
  "NetConnection.Call.Failed": ["The called command is not known, or failed.", `${SPEC} §7.2.1.2`],
  "NetStream.Publish.Start": [
    "The stream is on the air: sound and pictures may come.",
    `${SPEC} §7.2.2.6`,
    "video",
  ],
  "NetStream.Publish.Denied": ["Publishing is refused: the key is missing or wrong.", `${SPEC} §7.2.2.6`],
  "NetStream.Publish.BadName": ["The name is none, or somebody publishes under it.", `${SPEC} §7.2.2.6`],
  "NetStream.Publish.Failed": ["What was published is not taken any further.", `${SPEC} §7.2.2.6`],
  "NetStream.Unpublish.Success": ["The stream is off the air.", `${SPEC} §7.2.2.3`, "publish"],
  "NetStream.Play.Failed": ["The stream cannot be watched here.", `${SPEC} §7.2.2.1`],
};

const CONTROLS: Readonly<Record<(typeof USER_CONTROLS)[keyof typeof USER_CONTROLS], Entry>> = {
  "stream begin": ["A stream can be used from now on.", `${SPEC} §7.1.7`],
  "stream EOF": ["What is played is over.", `${SPEC} §7.1.7`],
  "stream dry": ["For a while nothing more will come.", `${SPEC} §7.1.7`],
  "set buffer length": ["The client's buffer takes so many milliseconds.", `${SPEC} §7.1.7`],
  "stream is recorded": ["What is played comes from a recording.", `${SPEC} §7.1.7`],
  "ping request": ["Are you there? To be answered with the same number.", `${SPEC} §7.1.7`, "ping response"],
  "ping response": ["The answer to a ping.", `${SPEC} §7.1.7`],
};

const STATES: Readonly<Record<RtmpState, Entry>> = {
  handshake: ["Neither side knows yet that the other speaks RTMP.", `${SPEC} §5.2`],
  opened: ["The handshake is done; the client has not introduced itself.", `${SPEC} §7.2.1`],
  connected: ["The client may ask for a stream and publish.", `${SPEC} §7.2.1`],
  asked: ["Whether the client may publish is being looked up.", `${SPEC} §7.2.2.6`],
  publishing: ["Sound and pictures are taken.", `${SPEC} §7.2.2.6`],
  closed: ["Nothing is read any more.", `${SPEC} §7.2.1`],
};

const PARTS: Readonly<Record<string, Entry>> = {
  version: ["3 is plain RTMP; 6 would be encrypted.", `${SPEC} §5.2.2`],
  time: ["This side's clock in milliseconds: other times count from it.", `${SPEC} §5.2.3`],
  zero: ["Four zeros; something else here announces a signed handshake.", `${SPEC} §5.2.3`],
  random: ["1528 octets that should differ from those of other connections.", `${SPEC} §5.2.3`],
  "time read": ["When the other side's octets were read.", `${SPEC} §5.2.4`],
  echo: ["The other side's random octets.", `${SPEC} §5.2.4`],
  "basic head": ["Which chunk stream, and how much of the message's head follows.", `${SPEC} §5.3.1.1`],
  "message head 0": ["Time, length, type and stream of the message, in full.", `${SPEC} §5.3.1.2.1`],
  "message head 1": ["Time since the message before, length and type; same stream.", `${SPEC} §5.3.1.2.2`],
  "message head 2": ["Only the time since the message before; the rest is the same.", `${SPEC} §5.3.1.2.3`],
  "extended timestamp": [
    "The time in 32 bits: the three octets in the head do not hold it.",
    `${SPEC} §5.3.1.3`,
  ],
  number: ["Four octets, the largest first.", `${SPEC} §5.4`],
  "limit type": ["0 hard, 1 soft, 2 as before.", `${SPEC} §5.4.5`],
  event: ["What is told of the stream.", `${SPEC} §6.2`],
  "event data": ["Which stream, or the number of a ping.", `${SPEC} §7.1.7`],
  name: ["The name of the command or of the data, in AMF 0.", `${SPEC} §7.1.1`],
  transaction: ["An answer has the same number; 0 wants none.", `${SPEC} §7.1.1`],
  value: ["A value in AMF 0.", `${SPEC} §7.1.1`],
  secret: ["The stream's name with its key. It is not shown.", `${SPEC} §7.2.2.6`],
  "tag head": ["Codec, kind of picture, and by how much it is shown later than decoded.", `${SPEC} §7.1.5`],
  "coded data": ["What the decoder gets.", `${SPEC} §7.1.5`],
  content: ["Octets of the message.", `${SPEC} §5.3`],
  unparsed: ["This could not be read as RTMP.", `${SPEC} §5.3`],
};

/** Every table, for who lists or tests them. */
export const explainedRtmp = {
  handshakes: Object.keys(HANDSHAKES),
  messages: Object.keys(MESSAGES),
  commands: Object.keys(COMMANDS),
  codes: Object.keys(CODES),
  controls: Object.keys(CONTROLS),
  states: Object.keys(STATES),
  parts: Object.keys(PARTS),
} as const;

function found(table: Readonly<Record<string, Entry>>, word: string): Explanation | undefined {
  const entry = Object.hasOwn(table, word) ? table[word] : undefined;
  return entry && explanationOf(entry);
}

/** `kind`: of a dissected message. */
export function explainRtmpMessage(kind: string): Explanation {
  return (
    found(HANDSHAKES, kind) ??
    found(MESSAGES, kind) ??
    unexplained("A message of a type that is not known here; it is passed over.", `${SPEC} §5.4`)
  );
}

/** What follows is what the core takes behind it. */
export function explainRtmpCommand(name: string): Explanation {
  if (!isRtmpCommand(name))
    return unexplained("A command not known here; it is answered with _error.", `${SPEC} §7.2.1.2`, [
      "_error",
    ]);
  const rule: { readonly legalIn: readonly RtmpState[]; readonly leadsTo?: RtmpState } = rtmpCommands[name];
  const states = rule.leadsTo === undefined ? rule.legalIn : [rule.leadsTo];
  const follows = Object.entries(rtmpCommands).flatMap(([other, { legalIn }]) => {
    const legal: readonly RtmpState[] = legalIn;
    return states.some((state) => legal.includes(state)) ? [other] : [];
  });
  return { ...explanationOf(COMMANDS[name]), follows };
}

export function explainRtmpCode(code: string): Explanation {
  return found(CODES, code) ?? unexplained("A code not known here: its last word says it.", `${SPEC} §7.2.2`);
}

export function explainUserControl(name: string): Explanation {
  return (
    found(CONTROLS, name) ?? unexplained("An event not known here; it is passed over.", `${SPEC} §7.1.7`)
  );
}

export function explainRtmpState(state: RtmpState): Explanation {
  return explanationOf(STATES[state]);
}

export function explainRtmpPart(name: string): Explanation {
  return found(PARTS, name) ?? unexplained("A part that is not known here.", `${SPEC} §5.3`);
}
