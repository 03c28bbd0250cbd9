/** A session that says yes to everything, driven by octets alone: what the server says is what the tests read. */
import { RemoteError } from "@socketscope/wire";
import {
  FtpServer,
  quotePath,
  reply,
  type FtpServerAction,
  type FtpServerEvent,
  type FtpServerOptions,
} from "../../src/index.ts";

export const standard: FtpServerOptions = { tls: true, secure: false, family: 4 };

export interface Heard {
  /** All that the server said. */
  readonly said: string;
  readonly events: readonly FtpServerEvent[];
  readonly state: string;
  /** Where the core came to rest, or the code of a fatal error. */
  readonly rest: string;
}

/** An event's answers where the standard ones will not do; `later` sends an action when `<finish>` is fed. */
export type Answer = (event: FtpServerEvent) => readonly FtpServerAction[] | undefined;

export const said = (code: number, text = "OK"): FtpServerAction => ({
  type: "reply",
  reply: reply(code, text),
});
export const begin: FtpServerAction = { type: "begin", reply: reply(150, "Here it comes") };
export const finish = (code = 226): FtpServerAction => ({ type: "finish", reply: reply(code, "Done") });

/** Transfers begin and stay until `<finish>` is fed or ABOR comes. */
export function standardAnswer(event: FtpServerEvent): readonly FtpServerAction[] {
  switch (event.type) {
    case "connected":
      return [said(220, "Ready")];
    case "login":
      return [said(event.password === "wrong" ? 530 : 230)];
    case "passive":
      return [{ type: "passive", host: "127.0.0.1", port: 4711 }];
    case "where":
    case "make":
      return [said(257, quotePath(event.type === "make" ? event.path : "/"))];
    case "retrieve":
    case "store":
    case "list":
      return [begin];
    case "size":
    case "modified":
    case "hash":
    case "available":
    case "touch":
      return [said(event.type === "hash" && event.by !== "HASH" ? 250 : 213, "12")];
    case "status":
      return [{ type: "reply", reply: reply(211, "Status:", ...event.lines, "End") }];
    case "renaming":
      return [said(350)];
    case "enter":
    case "describe":
    case "rename":
    case "delete":
    case "remove":
      return [said(250)];
    case "mode":
      return [said(200)];
    case "abort":
      return [...(event.transfer === undefined ? [] : [finish(426)]), { type: "reply", reply: event.reply }];
    case "user":
    case "host":
    case "secure":
    case "clear":
    case "reinitialize":
    case "protection":
    case "active":
    case "allocate":
    case "said":
    case "quit":
    case "refused":
    case "leaving":
      return [{ type: "reply", reply: event.reply }];
  }
}

/** Chunks are octets as latin1, or `<end>`, `<timeout>`, `<drain>`, `<finish>`: the transfer's 226. */
export function converse(
  chunks: readonly (string | Uint8Array)[],
  options: Partial<FtpServerOptions> = {},
  answer: Answer = () => undefined,
): Heard {
  const core = new FtpServer({ ...standard, ...options });
  let said = "";
  const events: FtpServerEvent[] = [];
  let rest = "";
  const say = (action: FtpServerAction): void => {
    const sent = core.send(action);
    for (const piece of sent instanceof Uint8Array ? [sent] : sent)
      said += Buffer.from(piece).toString("latin1");
  };
  const pull = (): void => {
    try {
      for (;;) {
        const event = core.next();
        if (typeof event === "string") {
          rest = event;
          return;
        }
        events.push(event);
        for (const action of answer(event) ?? standardAnswer(event)) say(action);
      }
    } catch (error) {
      if (!(error instanceof RemoteError)) throw error;
      rest = error.code;
      const { answer: last } = error as RemoteError<FtpServerAction>;
      if (last !== undefined) say(last);
    }
  };
  pull();
  for (const chunk of chunks) {
    if (rest.startsWith("FTP_")) break;
    if (chunk === "<finish>") say(finish());
    else if (chunk === "<end>" || chunk === "<timeout>" || chunk === "<drain>")
      core.receive(chunk.slice(1, -1) as "end" | "timeout" | "drain");
    else core.receive(typeof chunk === "string" ? Buffer.from(chunk, "latin1") : chunk);
    pull();
  }
  return { said, events, state: core.state, rest };
}

/** The codes of all replies behind the greeting, one for each reply. */
export function codes({ said }: Pick<Heard, "said">, greetings = 1): number[] {
  return said
    .split("\r\n")
    .filter((line) => /^\d{3} /.test(line))
    .slice(greetings)
    .map((line) => Number(line.slice(0, 3)));
}

export const LOGIN = "USER ann\r\nPASS secret\r\n";
