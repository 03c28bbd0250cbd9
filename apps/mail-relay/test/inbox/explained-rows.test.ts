import { describe, expect, it } from "vitest";
import type { DialogueLine } from "../../src/inbox/dialogue.ts";
import { explainedRows } from "../../src/inbox/explained-rows.ts";

const talk = (text: string): readonly DialogueLine[] =>
  text
    .trim()
    .split("\n")
    .map((line) => {
      const [, mark = "", said = ""] = /^ *([CSB]) (.*)$/.exec(line) ?? [];
      const who = mark === "C" ? "client" : mark === "S" ? "server" : "both";
      return { at: 0, who, said };
    });

describe("the rows of a dialogue", () => {
  const rows = explainedRows(
    talk(`
      S 220 mail.test ESMTP
      C EHLO a.test
      S 250-mail.test greets a.test
      S 250-PIPELINING
      S 250 AUTH PLAIN
      C AUTH SCRAM-SHA-256 ********
      S 334 cj1yT3ByTkdm
      C ****************
      S 235 2.7.0 You are logged in
      C MAIL FROM:<a@a.test>
      C RCPT TO:<nobody@b.test>
      C RCPT TO:<b@b.test>
      C DATA
      S 250 2.1.0 Sender OK
      S 550 5.1.1 No such mailbox here
      S 250 2.1.5 Recipient OK
      S 354 Go on
      B 20 octets of the message, and the dot that ends it
      S 250 2.0.0 OK
      C QUIT
      S 221 2.0.0 bye`),
  );
  const row = (said: string) => rows.find((one) => one.said === said);

  it("all say what they mean, and where that is written", () => {
    expect(rows.filter(({ means, rfc }) => means === "" || rfc === undefined)).toEqual([]);
  });

  it("tell a reply by what it answers, also when commands were sent ahead", () => {
    expect(row("220 mail.test ESMTP")?.means).toContain("the server speaks first");
    expect(row("550 5.1.1 No such mailbox here")?.means).toContain("No message for this recipient");
    expect(row("550 5.1.1 No such mailbox here")?.fault).toBe(true);
    expect(row("250 2.1.5 Recipient OK")?.means).toContain("this recipient");
    expect(row("250 2.0.0 OK")?.means).toContain("The server now owns the message");
    expect(row("250-PIPELINING")?.rfc).toEqual({ rfc: 2920, section: expect.any(String) });
  });

  it("explain the steps of a login without what was said in them", () => {
    expect(row("334 cj1yT3ByTkdm")?.means).toContain("nonces");
    expect(row("****************")?.means).toContain("proof");
  });

  it("have nothing to say of what is no SMTP, and do not fail", () => {
    expect(explainedRows(talk("S nonsense\nC \nB 3 more lines were said")).map(({ means }) => means)).toEqual(
      ["", expect.any(String), ""],
    );
  });
});
