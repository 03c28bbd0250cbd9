import { describe, expect, it } from "vitest";
import { redirected, type Step } from "../src/redirect.ts";

const step: Step = {
  url: new URL("http://a.test/x/y?q"),
  method: "POST",
  fields: [
    "Authorization",
    "Basic eDp5",
    "Cookie",
    "c=1",
    "Accept",
    "*/*",
    "Content-Type",
    "text/plain",
    "Host",
    "b",
  ],
  sendsContent: true,
};

/** Section, status, method before, method after, content goes along. */
const methods: readonly (readonly [string, number, string, string, boolean])[] = [
  ["§15.4.2", 301, "POST", "GET", false],
  ["§15.4.2", 301, "PUT", "PUT", true],
  ["§15.4.3", 302, "POST", "GET", false],
  ["§15.4.3", 302, "DELETE", "DELETE", true],
  ["§15.4.4", 303, "POST", "GET", false],
  ["§15.4.4", 303, "PUT", "GET", false],
  ["§15.4.4", 303, "HEAD", "HEAD", true],
  ["§15.4.8", 307, "POST", "POST", true],
  ["§15.4.9", 308, "POST", "POST", true],
];

describe("a redirect", () => {
  it.each(methods)("RFC 9110 %s: %i turns %s into %s", (_section, status, method, after, sendsContent) => {
    const next = redirected({ ...step, method }, status, ["/z"]);
    expect([next?.method, next?.sendsContent]).toEqual([after, sendsContent]);
  });

  it.each([
    ["/z", "http://a.test/z"],
    ["z", "http://a.test/x/z"],
    ["?r", "http://a.test/x/y?r"],
    ["//b.test/", "http://b.test/"],
    ["https://a.test/", "https://a.test/"],
    // RFC 9110 §17.11: user information in a reference from elsewhere is a trap
    ["http://user:secret@a.test/", "http://a.test/"],
  ])("%s leads to %s", (location, url) => {
    expect(redirected(step, 302, [location])?.url.href).toBe(url);
  });

  // RFC 9110 §15.4; an origin is scheme, host and port.
  it.each(["http://b.test/", "https://a.test/", "http://a.test:81/"])(
    "to %s leaves credentials, cookies and Host behind",
    (location) => {
      const names = redirected(step, 307, [location])?.fields.filter((_, index) => index % 2 === 0);
      expect(names).toEqual(["Accept", "Content-Type"]);
    },
  );

  it("within one origin keeps credentials, and drops what was said of content that is not sent", () => {
    const names = redirected(step, 303, ["/z"])?.fields.filter((_, index) => index % 2 === 0);
    expect(names).toEqual(["Authorization", "Cookie", "Accept", "Host"]);
  });

  it.each([200, 300, 304, 305, 399, 404])("is none with %i", (status) => {
    expect(redirected(step, status, ["/z"])).toBeUndefined();
  });

  it("is none without Location", () => {
    expect(redirected(step, 302, [])).toBeUndefined();
  });
});
