/** The conversation for people: one line each, printable, secrets masked at their length, content only counted. */
import { printable } from "@socketscope/wire";
import { formatCommand, type Extensions, type Reply, type SmtpClientAction } from "@socketscope/smtp";

export interface DialogueLine {
  /** `note`: nobody said it, it happened (TLS, octets of content). */
  readonly from: "client" | "server" | "note";
  readonly text: string;
}

/** What the action looks like on the wire; undefined for content, which is counted elsewhere. */
export function lineOf(action: SmtpClientAction, extensions: Extensions): string | undefined {
  if (action.type === "content") return undefined;
  if (action.type === "end") return ".";
  if (action.type === "bdat") return `BDAT ${action.octets.length}${action.last ? " LAST" : ""}`;
  if (action.type === "respond") return action.octets === "cancel" ? "*" : masked(action.octets);
  if (action.type !== "auth") return printable(formatCommand(action, extensions).slice(0, -2));
  const { mechanism, initial } = action;
  if (initial === undefined) return `AUTH ${mechanism}`;
  return `AUTH ${mechanism} ${initial.length === 0 ? "=" : masked(initial)}`;
}

/** As many asterisks as its base64 has letters. */
function masked(octets: Uint8Array): string {
  return "*".repeat(Math.ceil(octets.length / 3) * 4);
}

export function linesOf({ code, enhanced, lines }: Reply): readonly string[] {
  const said = enhanced === undefined ? "" : `${enhanced} `;
  return lines.map((line, index) =>
    printable(`${code}${index === lines.length - 1 ? " " : "-"}${said}${line}`).trimEnd(),
  );
}
