/** SMTP: a command by its verb, a reply by what it answers, an enhanced code where it refuses. */
import {
  explainCancel,
  explainEnhanced,
  explainExtension,
  explainMechanism,
  explainParameter,
  explainReply,
  explainSaslStep,
  explainVerb,
} from "@socketscope/smtp";
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

const CONTENT: Readonly<Record<string, Told>> = {
  content: {
    means: "The letter: head and text. A line of one dot ends it; lines that begin with a dot got a second.",
    source: "RFC 5321 §4.5.2",
    follows: ["250", "552", "554"],
  },
  chunk: {
    means: "So many octets of the letter as BDAT announced, as they are: no dot ends them.",
    source: "RFC 3030 §2",
    follows: ["BDAT"],
  },
};

const PARTS: Readonly<Record<string, PartTold>> = {
  keyword: { means: "Says that a path follows.", source: "RFC 5321 §4.1.2" },
  "reverse-path": {
    means: "Who sends it: notices of failure go there. <> means: send none.",
    source: "RFC 5321 §4.1.1.2",
  },
  "forward-path": {
    means: "One recipient. It may differ from what the letter's To says.",
    source: "RFC 5321 §4.1.1.3",
  },
  domain: { means: "How the client calls itself.", source: "RFC 5321 §4.1.1.1" },
  secret: { means: "A login. It is not shown.", source: "RFC 4954 §4" },
  code: { means: "Three digits for programs: 2 yes, 3 go on, 4 not now, 5 no.", source: "RFC 5321 §4.2.1" },
  hyphen: { means: "More lines of this reply follow.", source: "RFC 5321 §4.2.1" },
  blank: {
    means: "A blank parts the words; behind a code it says: this is the last line.",
    source: "RFC 5321 §4.2.1",
  },
  text: { means: "Words for people; programs do not read them.", source: "RFC 5321 §4.2" },
  "line end": { means: "CR LF: the only line end there is.", source: "RFC 5321 §2.3.8" },
  "end of content": { means: "A line of one dot: the letter is whole.", source: "RFC 5321 §4.1.1.4" },
  content: { means: "The letter.", source: "RFC 5321 §4.1.1.4" },
  challenge: { means: "A question of the login, in base64.", source: "RFC 4954 §4" },
};

/** A login that is under way: whose step it is. */
interface Login {
  readonly mechanism: string;
  client: number;
  server: number;
}

export class SmtpExplainer implements Explainer {
  readonly #questions = new Questions<string>();
  #login: Login = { mechanism: "", client: 0, server: 0 };

  message(message: Message, octets: Uint8Array): Told {
    const { kind, summary } = message;
    switch (kind) {
      case "command":
        return this.#command(message);
      case "response": {
        if (summary.startsWith("*")) return told(explainCancel());
        this.#questions.ask(message.id, "AUTH");
        return told(explainSaslStep(this.#login.mechanism, "client", ++this.#login.client));
      }
      case "challenge":
        return told(explainSaslStep(this.#login.mechanism, "server", ++this.#login.server), { code: 334 });
      case "greeting":
      case "reply":
        return this.#reply(message, octets);
      default:
        if (kind === "content") this.#questions.ask(message.id, "content");
        return CONTENT[kind] ?? NOT_KNOWN;
    }
  }

  part(message: Message, name: string, text: string): PartTold {
    if (name === "verb") return partTold(explainVerb(text));
    if (name === "mechanism") return partTold(explainMechanism(text));
    if (name === "enhanced code") return partTold(explainEnhanced(text));
    if (name.startsWith("parameter "))
      return partTold(
        explainParameter(message.summary.split(" ", 1)[0] ?? "", name.slice("parameter ".length)),
      );
    if (name.startsWith("extension ")) return partTold(explainExtension(name.slice("extension ".length)));
    return PARTS[name] ?? { means: "" };
  }

  #command(message: Message): Told {
    const [verb = "", mechanism = "", initial] = message.summary.trim().split(/ +/);
    this.#questions.ask(message.id, verb.toUpperCase());
    if (verb.toUpperCase() === "AUTH")
      this.#login = { mechanism, client: initial === undefined ? 0 : 1, server: 0 };
    return told(explainVerb(verb));
  }

  #reply(message: Message, octets: Uint8Array): Told {
    const text = decodeLatin1(octets, 0, Math.min(octets.length, 80));
    const code = Number(text.slice(0, 3));
    const to = message.kind === "greeting" ? "greeting" : this.#questions.of(message.answers);
    const explained = told(explainReply(code, to), { code, refuses: code >= 400 });
    const enhanced = /^[245]\.\d{1,3}\.\d{1,3}(?=\s|$)/.exec(text.slice(4))?.[0];
    // 2yz is as good as done; of a refusal the finer reason is worth a second sentence.
    if (enhanced === undefined || code < 400) return explained;
    return { ...explained, means: `${explained.means} ${enhanced}: ${explainEnhanced(enhanced).sentence}` };
  }
}
