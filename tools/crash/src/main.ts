/** Crashes a server again and again, and counts what it answered for and is gone. Exit 1: something was lost or torn. */
import { EXIT, kinds, runOnce } from "@socketscope/host";
import { trial, type Outcome, type TrialOptions } from "./trial.ts";
import { uploadsTrial } from "./uploads-trial.ts";

await runOnce(
  {
    name: "crash",
    version: "0.1.0",
    summary:
      "Kills a server, or takes its disk's power away, while letters or files come in; then looks for what was promised.",
    examples: [
      "crash --crash kill --rounds 20",
      "crash --crash power --senders 10 --next-hop up",
      "crash --crash power --no-fsync",
      "crash --of uploads --crash power",
    ],
    options: (read) => ({
      of: read.one("of", kinds.oneOf("letters", "uploads"), {
        help: "the mail relay's letters, or the file transfer server's uploads",
        default: "letters",
      }),
      crash: read.one<TrialOptions["crash"]>("crash", kinds.oneOf("kill", "power"), {
        help: "what happens to it",
        default: "kill",
      }),
      rounds: read.one("rounds", kinds.integer(1, 10_000), { help: "how often", default: 5 }),
      senders: read.one("senders", kinds.integer(1, 200), { help: "connections at once", default: 10 }),
      nextHop: read.one<TrialOptions["nextHop"]>("next-hop", kinds.oneOf("down", "up"), {
        help: "what it is while letters come in",
        default: "down",
      }),
      fsync: read.flag("fsync", { help: "off: the control, which must lose something", default: true }),
    }),
  },
  async ({ of, crash, rounds, senders, nextHop, fsync }) => {
    const all: Outcome[] = [];
    for (let round = 1; round <= rounds; round++) {
      const after = 200 + Math.floor(Math.random() * 1300);
      const options = { crash, senders, nextHop, fsync, after };
      const outcome = await (of === "letters" ? trial(options) : uploadsTrial(options));
      all.push(outcome);
      const { acknowledged, lost, torn, doubled } = outcome;
      console.log(
        `${round}: ${crash} after ${after} ms: ${acknowledged} acknowledged, ${lost} lost, ${torn} torn, ${doubled} doubled`,
      );
    }
    const sum = (of: (outcome: Outcome) => number): number => all.reduce((total, one) => total + of(one), 0);
    const lost = sum((one) => one.lost);
    const torn = sum((one) => one.torn);
    console.log(
      `${sum((one) => one.acknowledged)} acknowledged, ${lost} lost, ${torn} torn, ${sum((one) => one.doubled)} doubled`,
    );
    return lost + torn === 0 ? EXIT.ok : EXIT.failure;
  },
);
