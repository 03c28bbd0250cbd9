/** A fault as a person says it. */
import type { FaultView } from "../src/views.ts";

export function faultWords({ on, match = {}, times, action, acted }: FaultView): string {
  const whose = on === "in" ? "from clients" : "to clients";
  const which = [
    ...(match.nth === undefined ? [] : [`number ${match.nth}`]),
    ...(match.contains === undefined ? [] : [`with ${octetWords(match.contains)}`]),
    ...(match.flow === undefined ? [] : ["of one socket"]),
  ];
  const often = times === undefined ? "" : `, ${times - acted} more`;
  return `${actionWords(action)} ${whose}${which.length > 0 ? ` ${which.join(" ")}` : ""}${often}`;
}

function actionWords(action: FaultView["action"]): string {
  switch (action.type) {
    case "hold":
      return "hold";
    case "delay":
      return `wait ${String(action["ms"])} ms`;
    case "split":
      return `pieces of ${String(action["octets"])} B`;
    case "truncate":
      return `cut after ${String(action["octets"])} B`;
    case "reset":
      return "reset";
    case "answer":
      return `answer ${octetWords(action["octets"])}`;
    case "edit":
      return `replace ${octetWords(action["find"])} by ${octetWords(action["replace"])}`;
    default:
      return action.type;
  }
}

function octetWords(value: unknown): string {
  if (typeof value === "string") return `“${value.length > 24 ? `${value.slice(0, 23)}…` : value}”`;
  return typeof value === "object" && value !== null && "hex" in value
    ? `hex ${String(value.hex)}`
    : "octets";
}
