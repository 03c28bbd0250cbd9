import { describe, expect, it } from "vitest";
import {
  dateTime,
  deliveredToField,
  receivedField,
  returnPathField,
  transmissionType,
} from "../src/index.ts";

const none = { extended: false, secure: false, authenticated: false, utf8: false };

describe("trace fields (RFC 5321 §4.4)", () => {
  it("writes a Received field that folds and names both ends", () => {
    const field = receivedField({
      helo: "client.test",
      from: { host: "127.0.0.1", port: 50_000 },
      local: { host: "::1", port: 2525 },
      by: "mx.test",
      with: { ...none, extended: true, secure: true },
      tls: { protocol: "TLSv1.3", cipher: "TLS_AES_256_GCM_SHA384" },
      id: "abc123",
      recipient: "ann@a.test",
      at: Date.UTC(2026, 10, 24, 8, 5, 9),
    });
    expect(field).toBe(
      "Received: from client.test ([127.0.0.1]:50000)\r\n" +
        " by mx.test ([IPv6:::1]:2525) with ESMTPS\r\n" +
        " (TLSv1.3 TLS_AES_256_GCM_SHA384)\r\n" +
        " id abc123 for <ann@a.test>;\r\n" +
        " Tue, 24 Nov 2026 08:05:09 +0000\r\n",
    );
  });

  it("lets nothing that a client says of itself end the line or the clause", () => {
    const field = receivedField({
      helo: "x\r\nEvil: 1 (;)",
      from: undefined,
      local: undefined,
      by: "mx.test",
      with: none,
      tls: undefined,
      id: "abc",
      recipient: undefined,
      at: 0,
    });
    expect(field).toContain("from x__Evil:_1____\r\n");
    expect(field.match(/\r\n(?! )/g)).toHaveLength(1);
  });

  it.each([
    [none, "SMTP"],
    [{ ...none, extended: true }, "ESMTP"],
    [{ ...none, extended: true, secure: true, authenticated: true }, "ESMTPSA"],
    [{ ...none, extended: true, authenticated: true }, "ESMTPA"],
    [{ ...none, extended: true, utf8: true, secure: true }, "UTF8SMTPS"],
  ])("names the way it came (RFC 3848, RFC 6531 §4.3): %j", (how, name) => {
    expect(transmissionType(how)).toBe(name);
  });

  it("writes dates by RFC 5322 §3.3, and the fields of delivery", () => {
    expect(dateTime(0)).toBe("Thu, 1 Jan 1970 00:00:00 +0000");
    expect(returnPathField("")).toBe("Return-Path: <>\r\n");
    expect(deliveredToField("a@b")).toBe("Delivered-To: a@b\r\n");
  });
});
