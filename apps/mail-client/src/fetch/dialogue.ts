/** The conversation for people: one line each, printable, secrets masked at their length, messages only counted. */
import { printable } from "@socketscope/wire";
import { formatPop3Command, type Pop3Capabilities, type Pop3ClientAction } from "@socketscope/pop3";

/** What the action looks like on the wire. */
export function lineOf(action: Pop3ClientAction, capabilities: Pop3Capabilities): string {
  const line = formatPop3Command(action, capabilities).slice(0, -2);
  switch (action.type) {
    case "pass":
      return `PASS ${masked(line.slice("PASS ".length))}`;
    case "auth": {
      const [verb = "", mechanism = "", initial] = line.split(" ");
      return [
        verb,
        mechanism,
        ...(initial === undefined ? [] : [initial === "=" ? "=" : masked(initial)]),
      ].join(" ");
    }
    case "respond":
      return action.octets === "cancel" ? line : masked(line);
    case "capa":
    case "stls":
    case "user":
    case "stat":
    case "list":
    case "uidl":
    case "retr":
    case "top":
    case "dele":
    case "noop":
    case "rset":
    case "quit":
      return printable(line);
  }
}

function masked(text: string): string {
  return "*".repeat(text.length);
}
