/** What was done to a message on purpose, in words. */
import type { InterceptedRecord } from "@socketscope/recording";

interface Words {
  readonly said: string;
  readonly means: string;
}

/** `held`: somebody had held it until now. */
export function tellIntercepted(record: InterceptedRecord, fromClient: boolean, held: boolean): Words {
  const { outcome, before, after, changed, was } = record;
  const whose = fromClient ? "the client's message" : "the server's message";
  const other = fromClient ? "server" : "client";
  switch (outcome) {
    case "held":
      return {
        said: `Held: ${before} octets`,
        means: `${capital(whose)} waits here until somebody lets it go, changes it or drops it.`,
      };
    case "passed":
      if (!changed)
        return held
          ? { said: "Let go as it was", means: `The ${other} gets ${whose} now.` }
          : { said: "Slowed on purpose", means: `A fault is set: ${whose} goes on late or in pieces.` };
      return {
        said: was === undefined ? `Edited: ${before} octets became ${after}` : `Edited: was “${was}”`,
        means: `Somebody changed ${whose}: the ${other} gets ${after} octets in place of ${before}.`,
      };
    case "answered":
      return {
        said: `Answered by hand: ${after} octets`,
        means: `The ${other} never saw ${whose}; what comes next was typed here, or set by a rule.`,
      };
    case "discarded":
      return { said: `Dropped: ${before} octets`, means: `The ${other} never gets ${whose}.` };
    case "end":
      return {
        said: `Cut short: ${after} of ${before} octets, then the end`,
        means: `A fault is set: the rest of ${whose} goes nowhere.`,
      };
    case "reset":
      return {
        said: "Reset on purpose",
        means: "A fault is set: the client is told that the connection broke.",
      };
  }
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
