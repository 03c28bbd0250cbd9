import { realClient, run } from "@socketscope/testkit";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { sevenBit } from "../src/index.ts";

const octets = (text: string): Uint8Array => Buffer.from(text.replaceAll("\n", "\r\n"), "utf8");
const converted = (text: string): string | undefined => {
  const result = sevenBit(octets(text));
  return result && Buffer.from(result).toString("latin1");
};

const TEXT = "Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\nZażółć = gęślą \n";

describe("a message in 7 bits", () => {
  it("is the same message where it was so already", () => {
    const plain = octets("Subject: x\nContent-Transfer-Encoding: 8bit\n\nplain\n");
    expect(sevenBit(plain)).toBe(plain);
  });

  it("has text as quoted-printable, blanks at line ends and equal signs too", () => {
    expect(converted(`MIME-Version: 1.0\n${TEXT}`)).toBe(
      "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\nZa=C5=BC=C3=B3=C5=82=C4=87 =3D g=C4=99=C5=9Bl=C4=85=20\r\n",
    );
  });

  it("says of 8-bit text without MIME that nobody knows which (RFC 1428)", () => {
    expect(converted("Subject: x\n\nż\n")).toBe(
      "Subject: x\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=unknown-8bit\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n=C5=BC\r\n",
    );
  });

  it.each([
    ["octets above 127 in the header section", "Subject: ż\n\nż\n"],
    ["a signed message", "Content-Type: multipart/signed; boundary=b\n\n--b\n\nż\n--b--\n"],
    ["a multipart without a boundary", "Content-Type: multipart/mixed\n\n--b\n\nż\n--b--\n"],
    ["base64 that is none", "Content-Transfer-Encoding: base64\n\nż\n"],
    ["a preamble in 8 bits", "Content-Type: multipart/mixed; boundary=b\n\nż\n--b\n\nx\n--b--\n"],
    ["no end of the header section", "Subject: x\nż"],
    ["parts in parts in parts", "Content-Type: message/rfc822\n\n".repeat(40) + "\nż\n"],
  ])("does not come of %s", (_, text) => {
    expect(converted(text)).toBeUndefined();
  });

  it("leaves each part alone that needs nothing", () => {
    const part = "Content-Type: application/x\n\nplain = not touched \n";
    const result = converted(
      `Content-Type: multipart/mixed;\n boundary="a b"\nContent-Transfer-Encoding: 8bit\n\npreamble\n--a b\n${part}--a b\n${TEXT}--a b--\nepilogue\n`,
    );
    expect(result).toContain(`--a b\r\n${part.replaceAll("\n", "\r\n")}--a b\r\n`);
    expect(result).toContain("Content-Transfer-Encoding: 7bit\r\n\r\npreamble\r\n--a b\r\n");
    expect(result?.endsWith("--a b--\r\nepilogue\r\n")).toBe(true);
  });

  it("has no octet above 127 and no line above 998, whatever came", () => {
    const wrong = (message: Uint8Array): string | undefined => {
      const result = sevenBit(message);
      if (result === undefined || result === message) return undefined;
      const lines = Buffer.from(result).toString("latin1").split("\r\n");
      return lines.find((line) => !/^[\0-\x7f]{0,998}$/.test(line));
    };
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 3000 }),
        fc.constantFrom("text/plain", "application/octet-stream", "image/png"),
        (content, type) => {
          expect(
            wrong(Buffer.concat([Buffer.from(`Content-Type: ${type}\r\n\r\n`), content])),
          ).toBeUndefined();
        },
      ),
    );
  });
});

realClient("python3").describe("a message in 7 bits, read by Python", () => {
  const READER = `
import sys, email, email.policy, hashlib
m = email.message_from_bytes(sys.stdin.buffer.read(), policy=email.policy.default)
print([(p.get_content_type(), hashlib.sha256(p.get_payload(decode=True)).hexdigest()) for p in m.walk() if not p.is_multipart()])
print([str(d) for p in m.walk() for d in p.defects])
`;
  const read = async (message: Uint8Array): Promise<string> => {
    const { stdout } = await run("python3", ["-c", READER], { input: Buffer.from(message) });
    return Buffer.from(stdout).toString("utf8");
  };

  it("has the same parts with the same content", async () => {
    const binary = Array.from({ length: 600 }, (_, index) => String.fromCharCode(index % 256)).join("");
    const message = Buffer.concat([
      octets(
        `MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=out\n\n--out\n${TEXT}\n--out\nContent-Type: message/rfc822\n\nMIME-Version: 1.0\nSubject: within\n${TEXT}\n--out\nContent-Type: application/octet-stream\nContent-Transfer-Encoding: binary\n\n`,
      ),
      Buffer.from(binary, "latin1"),
      octets("\n--out--\n"),
    ]);
    const result = sevenBit(message);
    expect(result?.every((octet) => octet < 128)).toBe(true);
    const [before, after] = [await read(message), await read(result ?? message)];
    expect(after).toBe(before);
    expect(after).toContain("[]\n");
  });
});
