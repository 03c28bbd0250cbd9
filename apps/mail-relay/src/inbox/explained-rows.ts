/** The lines of a dialogue as rows of a transcript: beside each what it means, and where that is written. */
import type { Clause, TranscriptRow } from "@socketscope/page";
import {
  explainCancel,
  explainEnhanced,
  explainExtension,
  explainReply,
  explainSaslStep,
  explainVerb,
} from "@socketscope/smtp";
import type { DialogueLine } from "./dialogue.ts";

/** What is said of a line. */
interface Meaning {
  readonly means: string;
  readonly source: string | undefined;
}

const NOTHING: Meaning = { means: "", source: undefined };

export function explainedRows(lines: readonly DialogueLine[]): readonly TranscriptRow[] {
  const reader = new Reader();
  return lines.map(({ at, who, said }) => {
    const { means, source } = reader.meaningOf(who, said);
    const rfc = clauseOf(source);
    return {
      who,
      protocol: said.startsWith("TLS from here on") ? "tls" : who === "both" ? "socket" : "smtp",
      time: `${at} ms`,
      said,
      means,
      ...(rfc !== undefined && { rfc }),
      ...(who === "server" && /^[45]/.test(said) && { fault: true }),
    };
  });
}

/** Follows the talk: a reply means something to what it answers. Commands may be sent ahead (RFC 2920). */
class Reader {
  /** Commands without a reply yet, the oldest first. */
  #open: string[] = ["GREETING"];
  /** A reply of several lines: its first has been seen. */
  #within = false;
  #mechanism = "";
  #steps = { client: 0, server: 0 };
  #challenged = false;

  meaningOf(who: DialogueLine["who"], said: string): Meaning {
    if (who === "server") return this.#reply(said);
    if (who === "client") return this.#command(said);
    if (said.startsWith("TLS from here on"))
      return {
        means: "From here on the network sees only ciphertext; both sides greet anew.",
        source: "RFC 3207 §4.2",
      };
    if (said.includes("dot that ends it"))
      return {
        means: "A line with a single dot ends it; lines that begin with one got a second.",
        source: "RFC 5321 §4.5.2",
      };
    if (said.includes("octets of the message"))
      return {
        means: "So many octets as was said before, as they are: no dot ends them.",
        source: "RFC 3030 §2",
      };
    return NOTHING;
  }

  #command(said: string): Meaning {
    if (this.#challenged) {
      this.#challenged = false;
      // The mask has as many stars as the line had characters.
      const { sentence, source } =
        said === "*" ? explainCancel() : explainSaslStep(this.#mechanism, "client", ++this.#steps.client);
      return { means: sentence, source };
    }
    const [verb = "", mechanism = "", initial] = said.trim().split(/ +/);
    this.#open.push(verb.toUpperCase());
    if (verb.toUpperCase() === "AUTH") {
      this.#mechanism = mechanism;
      this.#steps = { client: initial === undefined ? 0 : 1, server: 0 };
    }
    const { sentence, source } = explainVerb(verb);
    return { means: sentence, source };
  }

  #reply(said: string): Meaning {
    const [, digits, mark, text = ""] = /^(\d{3})([ -]?)(.*)$/s.exec(said) ?? [];
    if (digits === undefined) return NOTHING;
    const code = Number(digits);
    const to = this.#open[0];
    const isFirst = !this.#within;
    this.#within = mark === "-";
    if (code === 334) {
      this.#challenged = true;
      const { sentence, source } = explainSaslStep(this.#mechanism, "server", ++this.#steps.server);
      return { means: sentence, source };
    }
    if (!this.#within) {
      this.#open.shift();
      // The reply to the content is still to come.
      if (code === 354) this.#open.unshift("CONTENT");
    }
    if (!isFirst && to === "EHLO") {
      const { sentence, source } = explainExtension(text.split(" ")[0] ?? "");
      return { means: sentence, source };
    }
    if (!isFirst) return NOTHING;
    const { sentence, source } = explainReply(code, to);
    const enhanced = /^[245]\.\d{1,3}\.\d{1,3}(?= |$)/.exec(text)?.[0];
    // 2yz is as good as done; of a refusal the finer reason is worth a second sentence.
    if (enhanced === undefined || code < 400) return { means: sentence, source };
    return { means: `${sentence} ${enhanced}: ${explainEnhanced(enhanced).sentence}`, source };
  }
}

function clauseOf(source: string | undefined): Clause | undefined {
  const [, rfc, section] = /^RFC (\d+) §(\S+)$/.exec(source ?? "") ?? [];
  return rfc === undefined || section === undefined ? undefined : { rfc: Number(rfc), section };
}
