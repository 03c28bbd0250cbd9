/** A short soak, and its control; the long ones are made by hand: `npm run soak -- --seconds 600`. */
import { realClient } from "@socketscope/testkit";
import { expect, it } from "vitest";
import { faultsOf, tableOf } from "../src/report.ts";
import { soak } from "../src/soak.ts";

realClient("curl", "wrk", "swaks", "smtp-source", "lftp", "sftp", "ssh-keygen", "ffmpeg").describe(
  "all servers under a mixed load",
  () => {
    it("have what was sent, hold no more than before, and end when told", async () => {
      const report = await soak({ seconds: 8, warmUp: 6, leaks: false });
      expect(faultsOf(report), tableOf(report)).toEqual([]);
    });

    it("would be told apart from some that keep something of each connection, also when stopped early", async () => {
      const stop = new AbortController();
      const begins = (): void => void setTimeout(() => stop.abort(), 4000);
      const report = await soak({ seconds: 600, warmUp: 0, leaks: true, stopped: stop.signal, begins });
      expect(report.stopped).toBeLessThan(600);
      expect(report.apps.map(({ exit }) => exit)).toEqual(["0", "0", "0", "0", "0"]);
      const faults = faultsOf(report).join("\n");
      expect(faults).toMatch(/web-server: its memory grew by/);
      expect(faults).toMatch(/mail-relay: \d+ descriptors before, \d+ after/);
    });
  },
);
