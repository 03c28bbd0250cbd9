/** RFC 1939 §9, RFC 5034 §4: a client's commands as lines. Nothing a caller passes in can end a line or begin another command. */
import { encodeBase64, LocalError, utf8Length } from "@socketscope/wire";
import type { Pop3ClientAction } from "./client-events.ts";
import type { Verb } from "./commands.ts";
import type { Pop3Capabilities } from "./listings.ts";

/** RFC 2449 §4: octets of a command with its end. */
const COMMAND_OCTETS = 255;

/** Octets of a response to a challenge with its line end. RFC 5034 §4 sets none: as many as RFC 4954 §4 finds enough. */
const RESPONSE_OCTETS = 12_288;

/** The action and the command it is: "respond" goes on with AUTH. */
export const verbOf: Readonly<Record<Pop3ClientAction["type"], Verb>> = {
  capa: "CAPA",
  stls: "STLS",
  user: "USER",
  pass: "PASS",
  auth: "AUTH",
  respond: "AUTH",
  stat: "STAT",
  list: "LIST",
  uidl: "UIDL",
  retr: "RETR",
  top: "TOP",
  dele: "DELE",
  noop: "NOOP",
  rset: "RSET",
  quit: "QUIT",
};

/** The line with its CRLF. Throws LocalError "POP3_ARGUMENT" for what could be no argument, "POP3_NOT_OFFERED". */
export function formatPop3Command(action: Pop3ClientAction, capabilities: Pop3Capabilities): string {
  if (action.type === "respond") return responseLine(action.octets);
  const line = words(action, capabilities);
  if (/[\p{Cc}]/u.test(line)) throw argument("a control character cannot be part of a command");
  if (utf8Length(line) + 2 > COMMAND_OCTETS)
    throw argument(`a command of more than ${COMMAND_OCTETS} octets would not be understood`);
  return `${line}\r\n`;
}

function words(
  action: Exclude<Pop3ClientAction, { readonly type: "respond" }>,
  capabilities: Pop3Capabilities,
): string {
  const verb = verbOf[action.type];
  switch (action.type) {
    case "user":
      return `${verb} ${given(action.name)}`;
    case "pass":
      return `${verb} ${given(action.password)}`;
    case "auth":
      return authWords(action.mechanism, action.initial, capabilities);
    case "list":
    case "uidl":
      return action.number === undefined ? verb : `${verb} ${numeral(action.number, 1)}`;
    case "retr":
    case "dele":
      return `${verb} ${numeral(action.number, 1)}`;
    case "top":
      return `${verb} ${numeral(action.number, 1)} ${numeral(action.lines, 0)}`;
    case "stls":
      if (!capabilities.stls) throw notOffered("STLS");
      return verb;
    case "capa":
    case "stat":
    case "noop":
    case "rset":
    case "quit":
      return verb;
  }
}

/** RFC 5034 §4: `=` is an initial response of no octets. */
function authWords(mechanism: string, initial: Uint8Array | undefined, { sasl }: Pop3Capabilities): string {
  // RFC 4422 §3.1: the name of a mechanism.
  if (!/^[A-Z0-9_-]{1,20}$/.test(mechanism)) throw argument("this is no name of a SASL mechanism");
  if (!sasl.includes(mechanism)) throw notOffered(`AUTH ${mechanism}`);
  if (initial === undefined) return `AUTH ${mechanism}`;
  return `AUTH ${mechanism} ${initial.length === 0 ? "=" : encodeBase64(initial)}`;
}

/** RFC 5034 §4: whether the initial response fits the command's line; if not, it is the answer to an empty challenge. */
export function fitsPop3AuthLine(mechanism: string, initial: Uint8Array): boolean {
  return `AUTH ${mechanism} \r\n`.length + Math.ceil(initial.length / 3) * 4 <= COMMAND_OCTETS;
}

function responseLine(octets: Uint8Array | "cancel"): string {
  const line = `${octets === "cancel" ? "*" : encodeBase64(octets)}\r\n`;
  if (line.length > RESPONSE_OCTETS)
    throw argument(`a response of more than ${RESPONSE_OCTETS} octets is none`);
  return line;
}

function given(text: string): string {
  if (text === "") throw argument("an empty word is no argument");
  return text;
}

function numeral(value: number, least: number): string {
  if (!Number.isInteger(value) || value < least || value > 9_999_999_999)
    throw argument(`${value} is no number of POP3's`);
  return String(value);
}

function argument(text: string): LocalError {
  return new LocalError("POP3_ARGUMENT", text);
}

function notOffered(what: string): LocalError {
  return new LocalError("POP3_NOT_OFFERED", `the server does not offer ${what}`);
}
