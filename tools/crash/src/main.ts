/** Crashes a server again and again, and counts what it answered for and is gone. Exit 1: something was lost, torn or sent twice without need. */
import { EXIT, kinds, runOnce } from "@socketscope/host";
import type { Control } from "./child.ts";
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
      "crash --crash kill --next-hop up --no-notes",
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
      notes: read.flag("notes", { help: "off: the control, which must send letters again", default: true }),
    }),
  },
  async ({ of, crash, rounds, senders, nextHop, fsync, notes }) => {
    const control: Control | undefined = fsync ? (notes ? undefined : "no-notes") : "no-fsync";
    const all: Outcome[] = [];
    for (let round = 1; round <= rounds; round++) {
      const after = 200 + Math.floor(Math.random() * 1300);
      const options = { crash, senders, nextHop, control, after };
      const outcome = await (of === "letters" ? trial(options) : uploadsTrial(options));
      all.push(outcome);
      console.log(`${round}: ${crash} after ${after} ms: ${inWords(outcome)}`);
    }
    const sum = (of: (outcome: Outcome) => number): number => all.reduce((so, one) => so + of(one), 0);
    const total: Outcome = {
      acknowledged: sum((one) => one.acknowledged),
      lost: sum((one) => one.lost),
      torn: sum((one) => one.torn),
      doubles: { inFlight: sum((one) => one.doubles.inFlight), other: sum((one) => one.doubles.other) },
    };
    console.log(inWords(total));
    return total.lost + total.torn + total.doubles.other === 0 ? EXIT.ok : EXIT.failure;
  },
);

function inWords({ acknowledged, lost, torn, doubles }: Outcome): string {
  return `${acknowledged} acknowledged, ${lost} lost, ${torn} torn, doubled: ${doubles.inFlight} in flight, ${doubles.other} other`;
}
