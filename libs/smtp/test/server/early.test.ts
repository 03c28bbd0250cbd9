/** Who speaks before the greeting is no mail program (RFC 5321 §4.3.1): turned away, and nothing of it is a command. */
import { decodeLatin1, encodeLatin1 } from "@socketscope/wire";
import { expect, it } from "vitest";
import { SmtpServer } from "../../src/index.ts";
import { standard } from "./support.ts";

const greeting = { type: "reply", reply: { code: 220, lines: ["mx.test ESMTP"] } } as const;

it.each(["E", "EHLO c.test\r\n", "GET / HTTP/1.1\r\n\r\n", "\0"])(
  "%j is answered with 554, and closed",
  (early) => {
    const core = new SmtpServer(standard);
    core.receive(encodeLatin1(early));
    expect(core.next()).toEqual({ type: "connected" });
    const said = core.send(greeting);
    expect(said instanceof Uint8Array ? decodeLatin1(said) : "").toMatch(
      /^554 You spoke before you were greeted/,
    );
    expect(core.next()).toBe("closed");
  },
);

it("who waits is greeted", () => {
  const core = new SmtpServer(standard);
  expect(core.next()).toEqual({ type: "connected" });
  const said = core.send(greeting);
  expect(said instanceof Uint8Array ? decodeLatin1(said) : "").toBe("220 mx.test ESMTP\r\n");
  core.receive(encodeLatin1("EHLO c.test\r\n"));
  expect(core.next()).toMatchObject({ type: "hello", domain: "c.test" });
});
