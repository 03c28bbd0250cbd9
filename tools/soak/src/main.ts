/** `npm run soak`: every server under a mixed load of real clients, and what they held before and after. */
import { EXIT, kinds, runOnce } from "@socketscope/host";
import { faultsOf, tableOf } from "./report.ts";
import { soak } from "./soak.ts";

/** Milliseconds within which two signals are one press of Ctrl+C. */
const ONE_PRESS = 300;

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
    const stopped = new AbortController();
    const cut = new AbortController();
    let signalled = -Infinity;
    for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
      process.on(name, () => {
        // npm hands on what the terminal has sent to us as well: that was one press.
        const again = performance.now() - signalled > ONE_PRESS && stopped.signal.aborted;
        signalled = performance.now();
        if (again) return cut.abort();
        if (!stopped.signal.aborted)
          console.error("soak: ends the load, then the servers; once more cuts them off");
        stopped.abort();
      });
    }
    const report = await soak({ ...options, stopped: stopped.signal, cut: cut.signal });
    console.log(tableOf(report));
    const faults = faultsOf(report);
    for (const fault of faults) console.error(`soak: ${fault}`);
    if (report.stopped !== undefined)
      console.error(
        `soak: stopped after ${report.stopped} of ${options.seconds} seconds: this is what was seen until then`,
      );
    return faults.length === 0 && report.stopped === undefined ? EXIT.ok : EXIT.failure;
  },
);
