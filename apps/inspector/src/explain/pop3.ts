/** POP3: a command by its verb, an answer by what it answers. */
import {
  explainPop3Reply,
  explainPop3SaslStep,
  explainPop3Verb,
  explainResponseCode,
} from "@socketscope/pop3";
import { decodeLatin1, type Message } from "@socketscope/wire";
import {
  NOT_KNOWN,
  partTold,
  Questions,
  told,
  type Explainer,
  type PartTold,
  type Told,
} from "./explainer.ts";

const TEXTS: Readonly<Record<string, Told>> = {
  message: {
    means: "The letter, from its head on. A line of one dot ends it.",
    source: "RFC 1939 §3",
    follows: [],
  },
  listing: {
    means: "A line for each, and a line of one dot at the end.",
    source: "RFC 1939 §3",
    follows: [],
  },
};

const PARTS: Readonly<Record<string, PartTold>> = {
  secret: { means: "A password or login. It is not shown.", source: "RFC 1939 §7" },
  status: { means: "+OK is yes, -ERR is no.", source: "RFC 1939 §3" },
  text: { means: "Words for people.", source: "RFC 1939 §3" },
  "line end": { means: "CR LF ends every line.", source: "RFC 1939 §3" },
};

export class Pop3Explainer implements Explainer {
  readonly #questions = new Questions<string>();

  message(message: Message, octets: Uint8Array): Told {
    switch (message.kind) {
      case "command": {
        const verb = message.summary.trim().split(/ +/)[0] ?? "";
        this.#questions.ask(message.id, verb);
        return told(explainPop3Verb(verb));
      }
      case "response":
        this.#questions.ask(message.id, "AUTH");
        return told(explainPop3SaslStep("client"));
      case "challenge":
        return told(explainPop3SaslStep("server"));
      case "greeting":
      case "answer": {
        const text = decodeLatin1(octets, 0, Math.min(octets.length, 200));
        const good = text.startsWith("+OK");
        const code = good ? undefined : /^-ERR \[([^\]]+)\]/.exec(text)?.[1];
        const to = message.kind === "greeting" ? undefined : (this.#questions.of(message.answers) ?? "");
        return told(explainPop3Reply(good, to, code), { refuses: !good });
      }
      default:
        return TEXTS[message.kind] ?? NOT_KNOWN;
    }
  }

  part(_message: Message, name: string, text: string): PartTold {
    if (name === "verb") return partTold(explainPop3Verb(text));
    if (name === "code") return partTold(explainResponseCode(text.replace(/[[\]]/g, "")));
    return PARTS[name] ?? { means: "" };
  }
}
