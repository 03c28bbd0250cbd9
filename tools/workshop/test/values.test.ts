import { readWalkthrough } from "@socketscope/walkthroughs";
import { workspaceRoot } from "@socketscope/testkit";
import { expect, it } from "vitest";
import { valuesOf } from "../src/values.ts";

const running = (
  app: string,
  listeners: readonly (readonly [name: string, url: string])[],
  engine = "hand",
) => ({
  key: 1,
  app,
  engine,
  pid: 1,
  listeners: listeners.map(([name, url]) => ({ name, url })),
  connected: true,
  missed: { octets: 0, flows: 0 },
  here: true,
});

it.each([
  [
    "apps/mail-relay/WALKTHROUGH.md",
    running("mail-relay", [
      ["smtp", "smtp://127.0.0.1:2525"],
      ["submission", "smtp://127.0.0.1:2587"],
      ["pop3", "pop3://127.0.0.1:2110"],
      ["web", "http://127.0.0.1:8025"],
    ]),
    { port: "2525", submission: "2587", pop: "2110", web: "8025" },
  ],
  [
    "apps/web-server/WALKTHROUGH.md",
    running("web-server", [
      ["http", "http://127.0.0.1:8080/"],
      ["https", "https://127.0.0.1:8443/"],
    ]),
    { port: "8080", tls: "8443" },
  ],
  ["tools/socket/WALKTHROUGH.md", running("socket", [["tcp", "tcp://127.0.0.1:9000"]]), { port: "9000" }],
  [
    "tools/workshop/WALKTHROUGH.md",
    running("web-server", [["http", "http://127.0.0.1:8081"]], "node-http"),
    { other: "8081" },
  ],
])("the numbers of %s are those of what runs", (file, source, values) => {
  expect(Object.fromEntries(valuesOf(readWalkthrough(workspaceRoot, file), [source]))).toEqual(values);
});

it("two listeners have their numbers in the order in which the text begins them", () => {
  const [first, second] = [9000, 9001].map((port) => running("socket", [["tcp", `tcp://127.0.0.1:${port}`]]));
  const values = valuesOf(
    readWalkthrough(workspaceRoot, "tools/socket/WALKTHROUGH.md"),
    [first, second].flatMap((one) => one ?? []),
  );
  expect(Object.fromEntries(values)).toEqual({ port: "9000", slow: "9001" });
});
