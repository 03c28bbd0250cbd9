import { FtpClient, type FtpClientAction, type FtpClientEvent } from "@socketscope/ftp";
import type { Target } from "../target.ts";
import { walk, type Policy } from "../walk.ts";

type Verb = Extract<FtpClientAction, { readonly type: "command" }>["verb"];

const command = (verb: Verb, argument?: string): FtpClientAction => ({ type: "command", verb, argument });

/**
 * What was said: the input's length says which of these it is. Nothing is said in answer: a reply that is here before
 * its command is another thing than one behind it, so the cuts would tell.
 */
const conversations: readonly (readonly FtpClientAction[])[] = [
  [],
  [command("RETR", "f")],
  [command("RETR", "f"), command("ABOR")],
  [command("FEAT")],
  [command("RNFR", "f")],
  [command("EPSV")],
  [command("QUIT")],
];

class Listener implements Policy<FtpClientEvent, FtpClientAction> {
  readonly opens: readonly FtpClientAction[];

  constructor(opens: readonly FtpClientAction[]) {
    this.opens = opens;
  }

  tell({ type, ...about }: FtpClientEvent): string {
    return `${type} ${JSON.stringify(about)}`;
  }

  answers(): readonly FtpClientAction[] {
    return [];
  }
}

/** Without `actions` it still waits for its greeting. */
function begun(actions: readonly FtpClientAction[]): FtpClient {
  const core = new FtpClient({ limits: { line: 80, lines: 12, octets: 400, preliminaries: 3 } });
  if (actions.length === 0) return core;
  core.receive(Buffer.from("220 s\r\n"));
  core.next();
  core.send(command("USER", "me"));
  core.receive(Buffer.from("230 in\r\n"));
  core.next();
  return core;
}

export const ftpClient: Target = {
  name: "ftp-client",
  code: /\/libs\/(?:ftp\/(?:src|dist)\/(?:client|replies)|wire\/)/,
  words: [
    "220 s\r\n",
    "120 wait\r\n",
    "150 go\r\n",
    "226 done\r\n",
    "426 cut\r\n",
    "350 more\r\n",
    "211-",
    "211 end\r\n",
    "229 (|||4711|)\r\n",
    "421 bye\r\n",
    "550 no\r\n",
    " UTF8\r\n",
    "\r\n",
    "\n",
  ],
  seeds: [
    "220-a\r\n220-b\r\n220 c\r\n",
    "150 a\r\n226 b\r\n",
    "150 a\r\n426 b\r\n226 c\r\n",
    "211-Features\r\n UTF8\r\n MLST type*;size*;\r\n500 x\r\n211 End\r\n",
    "350 to?\r\n",
    "229 x (|||4711|)\r\n",
    "221 bye\r\n",
    "421 bye\r\n",
    "550 no\r\n",
    "120 a\r\n220 b\r\n",
  ],
  run(input, cut) {
    const opens = conversations[input.length % conversations.length] ?? [];
    return walk(begun(opens), new Listener(opens), input, cut);
  },
};
