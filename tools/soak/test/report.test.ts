import { expect, it } from "vitest";
import { type AppRow, faultsOf, type LoadRow, MAX_GROWTH, tableOf } from "../src/report.ts";

const held = { memory: 50 * 1024 * 1024, descriptors: 20, ports: ["tcp 80", "udp 53"] };
const app: AppRow = { name: "web-server", before: held, after: held, exit: "0", whole: true };
const load: LoadRow = { app: "web-server", title: "files", sent: 5, found: 5, failures: [] };

function faults(app_: Partial<AppRow>, load_: Partial<LoadRow> = {}): string {
  return faultsOf({ apps: [{ ...app, ...app_ }], loads: [{ ...load, ...load_ }] }).join("\n");
}

it("passes what is as it was, and finds all that was sent", () => {
  expect(faults({})).toBe("");
  expect(tableOf({ apps: [app], loads: [load] })).toContain("| web-server | files | 5 | 5 |");
});

it("asks of a load that was stopped early only what it came to", () => {
  const stopped = { ...load, sent: 0, found: 0 };
  expect(faultsOf({ apps: [app], loads: [stopped], stopped: 1 })).toEqual([]);
  expect(faultsOf({ apps: [app], loads: [{ ...load, found: 4 }], stopped: 1 })).toHaveLength(1);
});

it.each<[string, Partial<AppRow>, Partial<LoadRow>]>([
  ["memory grew by 32.0 MiB", { after: { ...held, memory: held.memory + MAX_GROWTH + 1 } }, {}],
  ["20 descriptors before, 21 after", { after: { ...held, descriptors: 21 } }, {}],
  ["ports before tcp 80, udp 53, after tcp 80", { after: { ...held, ports: ["tcp 80"] } }, {}],
  ["ended with SIGKILL", { exit: "SIGKILL" }, {}],
  ["did not come whole", { whole: false }, {}],
  ["5 sent, 4 found", {}, { found: 4 }],
  // More than was sent is wrong, too: a letter is there twice.
  ["5 sent, 6 found", {}, { found: 6 }],
  ["nothing was sent", {}, { sent: 0, found: 0 }],
  ["curl ended with 7", {}, { failures: ["curl ended with 7"] }],
])("tells: %s", (told, app_, load_) => {
  expect(faults(app_, load_)).toContain(told);
});
