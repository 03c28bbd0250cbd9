/** A session that says yes to everything, driven by octets alone: what the server says is what the tests read. */
import { RemoteError } from "@socketscope/wire";
import {
  SmtpServer,
  type Reply,
  type SmtpServerAction,
  type SmtpServerEvent,
  type SmtpServerOptions,
} from "../../src/index.ts";

export const standard: SmtpServerOptions = {
  hostname: "mx.test",
  startTls: true,
  mechanisms: ["PLAIN", "LOGIN"],
};

export const ok: Reply = { code: 250, enhanced: "2.0.0", lines: ["OK"] };

export interface Heard {
  /** All that the server said. */
  readonly said: string;
  /** Each message taken whole, and each that was spoilt (undefined). */
  readonly messages: readonly (string | undefined)[];
  readonly events: readonly SmtpServerEvent["type"][];
  readonly state: string;
  /** The code of a fatal error. */
  readonly fatal: string | undefined;
}

/** An event's answer where the standard one will not do. */
export type Answer = (event: SmtpServerEvent) => SmtpServerAction | undefined;

export function standardAnswer(event: SmtpServerEvent): SmtpServerAction | undefined {
  switch (event.type) {
    case "content":
      return undefined;
    case "connected":
      return { type: "reply", reply: { code: 220, lines: ["mx.test ESMTP"] } };
    case "mail":
    case "rcpt":
    case "end":
      return { type: "reply", reply: ok };
    case "data":
      return event.by === "BDAT"
        ? { type: "take" }
        : { type: "reply", reply: { code: 354, lines: ["Go on"] } };
    case "authenticate":
      return event.initial === undefined
        ? { type: "challenge", octets: new Uint8Array(0) }
        : { type: "reply", reply: { code: 235, enhanced: "2.7.0", lines: ["In"] } };
    case "response":
      return event.octets === "cancel"
        ? { type: "reply", reply: { code: 501, enhanced: "5.7.0", lines: ["Given up"] } }
        : { type: "reply", reply: { code: 235, enhanced: "2.7.0", lines: ["In"] } };
    case "hello":
    case "chunk":
    case "spoilt":
    case "starttls":
    case "verify":
    case "reset":
    case "other":
    case "refused":
    case "leaving":
      return { type: "reply", reply: event.reply };
  }
}

export function converse(
  chunks: readonly (string | Uint8Array)[],
  options: Partial<SmtpServerOptions> = {},
  answer: Answer = () => undefined,
): Heard {
  const core = new SmtpServer({ ...standard, ...options });
  let said = "";
  const messages: (string | undefined)[] = [];
  const events: SmtpServerEvent["type"][] = [];
  let content = "";
  let fatal: string | undefined;
  const say = (action: SmtpServerAction): void => {
    const sent = core.send(action);
    for (const piece of sent instanceof Uint8Array ? [sent] : sent)
      said += Buffer.from(piece).toString("utf8");
  };
  const pull = (): void => {
    try {
      for (let event = core.next(); typeof event !== "string"; event = core.next()) {
        if (event.type === "content") content += Buffer.from(event.octets).toString("latin1");
        else {
          events.push(event.type);
          if (event.type === "end") messages.push(content);
          if (event.type === "spoilt") messages.push(undefined);
          if (event.type === "end" || event.type === "spoilt") content = "";
          const action = answer(event) ?? standardAnswer(event);
          if (action !== undefined) say(action);
        }
      }
    } catch (error) {
      if (!(error instanceof RemoteError)) throw error;
      fatal = error.code;
      const { answer: last } = error as RemoteError<SmtpServerAction>;
      if (last !== undefined) say(last);
    }
  };
  pull();
  for (const chunk of chunks) {
    if (fatal !== undefined) break;
    if (chunk === "<end>" || chunk === "<timeout>" || chunk === "<drain>")
      core.receive(chunk.slice(1, -1) as "end" | "timeout" | "drain");
    else core.receive(typeof chunk === "string" ? Buffer.from(chunk, "latin1") : chunk);
    pull();
  }
  return { said, messages, events, state: core.state, fatal };
}

/** The codes of all replies behind the greeting, one for each reply. */
export function codes({ said }: Heard): number[] {
  return said
    .split("\r\n")
    .filter((line) => /^\d{3} /.test(line) || /^\d{3}$/.test(line))
    .slice(1)
    .map((line) => Number(line.slice(0, 3)));
}

export const utf8 = (text: string): string => Buffer.from(text, "utf8").toString("latin1");
