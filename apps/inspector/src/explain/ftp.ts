/** FTP: a command by its verb, a reply by its code and by what it answers; a transfer's last reply answers the transfer. */
import { explainFtpReply, explainFtpVerb } from "@socketscope/ftp";
import type { Message } from "@socketscope/wire";
import {
  NOT_KNOWN,
  partTold,
  Questions,
  told,
  type Explainer,
  type PartTold,
  type Told,
} from "./explainer.ts";

const PARTS: Readonly<Record<string, PartTold>> = {
  secret: { means: "A password or login. It is not shown.", source: "RFC 959 §4.1.1" },
  name: { means: "Who wants in.", source: "RFC 959 §4.1.1" },
  path: { means: "A file or folder; without a slash in front it starts at the folder one is in." },
  offset: { means: "The octet to begin at.", source: "RFC 3659 §5" },
  address: { means: "Where the data connection goes: a second socket.", source: "RFC 959 §4.1.2" },
  "Telnet signals": { means: "Interrupt Process and Synch, of Telnet: look at once.", source: "RFC 854" },
  hyphen: { means: "More lines of this reply come.", source: "RFC 959 §4.2" },
  text: { means: "Words for people, or lists that programs read." },
  "line end": { means: "CR LF ends every line.", source: "RFC 959 §4.1.3" },
};

export class FtpExplainer implements Explainer {
  readonly #questions = new Questions<string>();

  message(message: Message): Told {
    const [word = ""] = message.summary.trim().split(" ", 1);
    switch (message.kind) {
      case "command":
        this.#questions.ask(message.id, word);
        return told(explainFtpVerb(word));
      case "greeting":
      case "reply": {
        const code = Number(word);
        const explained = explainFtpReply(code, this.#questions.of(message.answers));
        return told(explained, { code, refuses: code >= 400 && code < 600 });
      }
      default:
        return NOT_KNOWN;
    }
  }

  part(_message: Message, name: string, text: string): PartTold {
    if (name === "verb") return partTold(explainFtpVerb(text));
    if (name === "code") return partTold(explainFtpReply(Number(text)));
    return PARTS[name] ?? { means: "" };
  }
}
