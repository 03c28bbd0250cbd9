/** A fault as a person says it. */
import type { FaultView } from "../src/views.ts";

export function faultWords({ on, match = {}, times, action, acted }: FaultView): string {
  const which = [
    match.nth === undefined ? "messages" : `message ${match.nth}`,
    on === "in" ? "from clients" : "to clients",
    ...(match.contains === undefined ? [] : [`with ${octetWords(match.contains)}`]),
    ...(match.flow === undefined ? [] : ["of one socket"]),
  ];
  const often = times === undefined ? "" : `, ${times - acted} more`;
  return `${actionWords(action, which.join(" "))}${often}`;
}

function actionWords(action: FaultView["action"], which: string): string {
  switch (action.type) {
    case "hold":
      return `hold ${which}`;
    case "delay":
      return `wait ${String(action["ms"])} ms with ${which}`;
    case "split":
      return `pieces of ${String(action["octets"])} B of ${which}`;
    case "truncate":
      return `cut ${which} after ${String(action["octets"])} B`;
    case "reset":
      return `reset at ${which}`;
    case "answer":
      return `answer ${which} with ${octetWords(action["octets"])}`;
    case "edit":
      return `replace ${octetWords(action["find"])} by ${octetWords(action["replace"])} in ${which}`;
    default:
      return `${action.type} ${which}`;
  }
}

function octetWords(value: unknown): string {
  if (typeof value === "string") return `“${value.length > 24 ? `${value.slice(0, 23)}…` : value}”`;
  return typeof value === "object" && value !== null && "hex" in value
    ? `hex ${String(value.hex)}`
    : "octets";
}
