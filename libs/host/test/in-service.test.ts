/** A server comes into service and leaves it; what cannot be had or read leaves nothing half done. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Firewall, TapPoint } from "@socketscope/socket-core";
import { TemporaryFolder } from "@socketscope/testkit";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import {
  askControl,
  createLog,
  enterService,
  type InServiceParts,
  onPremises,
  openStateFolder,
  Secrets,
} from "../src/index.ts";

const APP = "some-server";
const log = createLog({ app: APP, format: "off", secrets: new Secrets(), write: () => undefined });

let folder: TemporaryFolder;
let state = "";
beforeEach(() => {
  folder = new TemporaryFolder("in-service");
  state = join(folder.path, "state");
  vi.spyOn(process.stdout, "write").mockReturnValue(true);
});
afterEach(() => {
  vi.restoreAllMocks();
  folder[Symbol.dispose]();
});

/** Everything a server gives, and what was done to it, in order. */
function parts(more: Partial<InServiceParts> = {}) {
  const done: string[] = [];
  const firewall = new Firewall({ now: () => 0, rules: [] });
  const given: Omit<InServiceParts, "premises"> = {
    options: { firewall: [], inspect: { to: "off" }, inspectRate: "off", inspectWire: false, json: true },
    log,
    ready: { app: APP, version: "1", engine: "hand", state, listeners: [] },
    listeners: {
      open: 3,
      drain: (ms) => Promise.resolve(done.push(`listeners drained in ${ms}`)),
      replaceTls: ({ cert }) => void done.push(`certificate ${String(cert)}`),
    },
    taps: [new TapPoint()],
    firewall,
    intercepts: {},
    status: () => ({ letters: 7 }),
    certificate: () => Promise.resolve({ cert: "new", key: "new" }),
    reload: () => Promise.resolve(void done.push("its own")),
    drain: (ms) => Promise.resolve(void done.push(`drained in ${ms}`)).then(() => 2),
    ...more,
  };
  return { done, firewall, given };
}

/** Whoever wants to run there next can. */
async function isFree(): Promise<boolean> {
  return onPremises(state, APP, async ({ lock }) => {
    await lock.release();
    return true;
  });
}

it("answers on its control socket, and gives its premises back when it has drained", async () => {
  const { done, given } = parts();
  const running = await onPremises(state, APP, (premises) => enterService({ premises, ...given }));
  expect(await askControl(state, APP, "GET", "/status")).toMatchObject({ app: APP, open: 3, letters: 7 });
  await expect(isFree()).rejects.toMatchObject({ code: "STATE_LOCKED" });
  expect(await running.drain(50)).toBe(2);
  expect([done, await isFree()]).toEqual([["drained in 50"], true]);
});

it("reads everything before it changes anything", async () => {
  const rules = join(folder.path, "rules");
  writeFileSync(rules, "drop 10.0.0.0/8\n");
  let unreadable = true;
  const { done, firewall, given } = parts({
    options: {
      firewall: [{ file: rules }],
      inspect: { to: "off" },
      inspectRate: "off",
      inspectWire: false,
      json: true,
    },
  });
  const running = await onPremises(state, APP, (premises) =>
    enterService({
      premises,
      ...given,
      certificate: () =>
        unreadable ? Promise.reject(new RangeError("no key")) : Promise.resolve({ cert: "new", key: "new" }),
    }),
  );
  await expect(running.reload?.()).rejects.toThrow("no key");
  expect([done, firewall.status().rules]).toEqual([[], []]);
  unreadable = false;
  await running.reload?.();
  expect(done).toEqual(["its own", "certificate new"]);
  expect(firewall.status().rules).toHaveLength(1);
  await running.drain(0);
});

it("leaves nothing open where its control socket cannot be", async () => {
  await openStateFolder(state);
  mkdirSync(join(state, `${APP}.sock`));
  const { done, given } = parts();
  const started = onPremises(state, APP, (premises) => enterService({ premises, ...given }));
  await expect(started).rejects.toMatchObject({ code: "STATE_IN_THE_WAY" });
  expect([done, await isFree()]).toEqual([["drained in 0"], true]);
});
