import { realClient, run } from "@socketscope/testkit";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { deliveryStatusNotice, type Notice, wantsNotice } from "../src/index.ts";

const AT = Date.UTC(2026, 10, 24, 8, 5);

const example: Notice = {
  to: "ann@a.test",
  by: "relay.test",
  at: AT,
  arrived: AT - 60_000,
  messageId: "n1@relay.test",
  boundary: "b-0123456789",
  envelopeId: "QQ314159",
  recipients: [
    {
      recipient: "bob@b.test",
      action: "failed",
      status: "5.1.1",
      originalRecipient: { addressType: "rfc822", address: "Bob@B.test" },
      remoteMta: "mx.b.test",
      diagnostic: "550 5.1.1 no such user",
      lastAttempt: AT,
      willRetryUntil: AT,
    },
    { recipient: "eve@b.test", action: "delayed", status: "4.4.1", willRetryUntil: AT + 3_600_000 },
  ],
  returned: "message",
  eightBit: false,
  utf8: false,
};

const MESSAGE = "From: ann@a.test\r\nSubject: hello\r\n\r\nthe text\r\n";

function whole(notice: Notice, returned = MESSAGE): Buffer {
  const { before, after } = deliveryStatusNotice(notice);
  return Buffer.concat([before, Buffer.from(returned), after]);
}

/** Python's parser: type of each leaf, fields of the status groups, and what it takes exception to. */
const READER = `
import sys, json, email, email.policy
m = email.message_from_bytes(sys.stdin.buffer.read(), policy=email.policy.SMTPUTF8)
parts = list(m.iter_parts())
groups = [list(g.items()) for g in parts[1].get_payload()]
print(json.dumps({
  "type": m.get_content_type(), "report": m.get_param("report-type"), "subject": str(m["subject"]),
  "to": str(m["to"]), "auto": str(m["auto-submitted"]),
  "types": [p.get_content_type() for p in parts], "text": parts[0].get_content(),
  "groups": [[[k, str(v)] for k, v in g] for g in groups],
  "inner": str(parts[2].get_payload(0)["subject"]) if parts[2].is_multipart() else parts[2].get_content(),
  "defects": [str(d) for p in m.walk() for d in p.defects],
}))
`;

interface Read {
  readonly type: string;
  readonly report: string;
  readonly subject: string;
  readonly to: string;
  readonly auto: string;
  readonly types: readonly string[];
  readonly text: string;
  readonly groups: readonly (readonly (readonly [string, string])[])[];
  readonly inner: string;
  readonly defects: readonly string[];
}

async function readByPython(octets: Buffer): Promise<Read> {
  const { code, text, stderr } = await run("python3", ["-c", READER], { input: octets });
  expect(stderr).toBe("");
  expect(code).toBe(0);
  return JSON.parse(text) as Read;
}

realClient("python3").describe("a notice, as Python reads it", () => {
  it("is read by Python as RFC 3464 says, with the message in it", async () => {
    const read = await readByPython(whole(example));
    expect(read).toMatchObject({
      type: "multipart/report",
      report: "delivery-status",
      subject: "Your message could not be delivered",
      to: "ann@a.test",
      auto: "auto-replied",
      types: ["text/plain", "message/delivery-status", "message/rfc822"],
      inner: "hello",
      defects: [],
    });
    expect(read.text).toContain("mx.b.test said: 550 5.1.1 no such user");
    const [message, bob, eve] = read.groups.map((group) => Object.fromEntries(group));
    expect(message).toMatchObject({ "Original-Envelope-Id": "QQ314159", "Reporting-MTA": "dns; relay.test" });
    expect(bob).toMatchObject({
      "Original-Recipient": "rfc822; Bob@B.test",
      "Final-Recipient": "rfc822; bob@b.test",
      Action: "failed",
      Status: "5.1.1",
      "Remote-MTA": "dns; mx.b.test",
      "Diagnostic-Code": "smtp; 550 5.1.1 no such user",
    });
    expect(bob).not.toHaveProperty("Will-Retry-Until");
    expect(eve).toMatchObject({
      Action: "delayed",
      "Will-Retry-Until": "Tue, 24 Nov 2026 09:05:00 +0000",
    });
  });

  it("returns the header section only where RET=HDRS was asked for", async () => {
    const read = await readByPython(whole({ ...example, returned: "headers" }, "Subject: hello\r\n"));
    expect(read.types[2]).toBe("text/rfc822-headers");
    expect(read.inner).toContain("Subject: hello");
    expect(read.defects).toEqual([]);
  });
});

describe("a notice", () => {
  it("names the types of RFC 6533 for a message in UTF-8", () => {
    const recipients = [{ recipient: "zoë@b.test", action: "failed", status: "5.1.1" } as const];
    const text = whole({ ...example, utf8: true, recipients }).toString("utf8");
    expect(text).toContain("report-type=global-delivery-status");
    expect(text).toContain("Content-Type: message/global-delivery-status\r\n");
    expect(text).toContain("Content-Type: message/global\r\n");
    expect(text).toContain("Final-Recipient: utf-8; zoë@b.test\r\n");
  });

  it("is US-ASCII in lines of at most 998 octets whatever others said, and no line of theirs is ours", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 1200 }), (said) => {
        const diagnostic = `${said}\r\nAction: delivered\r\n\r\n--b-0123456789--`;
        const recipients = [
          { recipient: `${said}@b.test`, action: "failed", status: "5.0.0", diagnostic, remoteMta: said },
        ] as const;
        const lines = whole({ ...example, envelopeId: said, recipients })
          .toString("latin1")
          .split("\r\n");
        for (const line of lines) expect(line).toMatch(/^[\t\x20-\x7e]{0,998}$/);
        expect(lines.filter((line) => line.startsWith("Action:"))).toEqual(["Action: failed"]);
        expect(lines.filter((line) => line === "--b-0123456789--")).toHaveLength(1);
      }),
    );
  });

  it("is never about a notice, about nobody, or with a boundary that could end a line", () => {
    const code = (notice: Notice): string => {
      try {
        deliveryStatusNotice(notice);
        return "none";
      } catch (error) {
        return (error as { code: string }).code;
      }
    };
    expect(code({ ...example, to: "" })).toBe("MESSAGE_NOTICE_TO_NOBODY");
    expect(code({ ...example, recipients: [] })).toBe("MESSAGE_NOTICE_ABOUT_NOBODY");
    expect(code({ ...example, boundary: 'x"\r\n' })).toBe("MESSAGE_NOTICE_BOUNDARY");
  });

  it("is wanted as RFC 3461 §4.1 says", () => {
    expect(wantsNotice(undefined, "failed")).toBe(true);
    expect(wantsNotice(undefined, "delivered")).toBe(false);
    expect(wantsNotice(["NEVER"], "failed")).toBe(false);
    expect(wantsNotice(["SUCCESS"], "failed")).toBe(false);
    expect(wantsNotice(["SUCCESS"], "relayed")).toBe(true);
    expect(wantsNotice(["FAILURE"], "delayed")).toBe(false);
  });
});
