/** `npm run soak`: every server under a mixed load of real clients, and what they held before and after. */
import { EXIT, kinds, runOnce } from "@socketscope/host";
import { faultsOf, tableOf } from "./report.ts";
import { soak } from "./soak.ts";

await runOnce(
  {
    name: "soak",
    version: "0.1.0",
    summary: "All servers under a mixed load of real clients: sent = found, nothing leaks, a clean end.",
    examples: ["soak", "soak --seconds 600", "soak --seconds 10 --leak"],
    options: (read) => ({
      seconds: read.one("seconds", kinds.integer(1, 3600), { help: "of load, after a warm-up", default: 60 }),
      warmUp: read.one("warm-up", kinds.integer(0, 600), {
        help: "seconds of load before the first look",
        default: 15,
      }),
      leaks: read.flag("leak", { help: "the control: servers that keep something of each connection" }),
    }),
  },
  async (options) => {
    const report = await soak(options);
    console.log(tableOf(report));
    const faults = faultsOf(report);
    for (const fault of faults) console.error(`soak: ${fault}`);
    return faults.length === 0 ? EXIT.ok : EXIT.failure;
  },
);
