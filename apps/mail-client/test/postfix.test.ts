/** A real Postfix with Debian's defaults, in a folder of its own: it gets what is sent, and its leniency is found out. */
import { missingForPostfix, needing, Postfix } from "@socketscope/testkit";
import { afterAll, beforeAll, expect, it } from "vitest";
import { EXIT } from "../src/exit-code.ts";
import { askedToSend, askedToVerify } from "./asked.ts";

needing(missingForPostfix()).describe("Postfix", () => {
  let postfix: Postfix;
  let server = "";
  beforeAll(async () => {
    postfix = await Postfix.start();
    ({ server } = postfix);
  });
  afterAll(() => postfix[Symbol.asyncDispose]());
  const delivered = (): Promise<number> => postfix.delivered();

  it("takes messages by DATA and BDAT, in groups and one by one", async () => {
    const to = ["-s", server, "--to", "root@postfix.test"];
    for (const how of [
      ["--chunking"],
      ["--no-pipelining"],
      ["--chunking", "--no-pipelining"],
      ["--dsn", "never"],
    ])
      expect(await askedToSend([...to, ...how, "--count", "5", "--parallel", "2"])).toMatchObject({
        code: 0,
        errors: "",
      });
    await expect.poll(delivered).toBe(20);
  });

  it("tells each refusal", async () => {
    const ended = await askedToSend(["-s", server, "--to", "bob@elsewhere.test"]);
    expect(ended).toMatchObject({
      code: EXIT.rcpt,
      errors: expect.stringMatching(/: 454 4\.7\.1 .*Relay access denied\n$/),
    });
  });

  it("takes four ends for one that are none; verify finds them out and delivers nothing", async () => {
    const before = await delivered();
    const ended = await askedToVerify(["-s", server, "--silence", "500ms", "--json"]);
    const told: { readonly findings: readonly { readonly name: string; readonly verdict: string }[] } =
      JSON.parse(ended.output);
    const bad = told.findings.filter(({ verdict }) => verdict === "bad").map(({ name }) => name);
    expect(bad).toEqual(
      ["\\n.\\n", "\\n.\\r\\n", "\\r\\n.\\n", "\\r\\n.\\r\\r\\n"].map((end) => `smuggling ${end}`),
    );
    expect(ended.code).toBe(EXIT.findings);
    // One more that is meant: had a probe been delivered, it would be in the log before this one.
    await askedToSend(["-s", server, "--to", "root@postfix.test"]);
    await expect.poll(delivered).toBe(before + 1);
  });
});
