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

// RFC 9110 §15.4.2–§15.4.9: status, method before, method after, content goes along.
const methods: readonly (readonly [number, string, string, boolean])[] = [
  [301, "POST", "GET", false],
  [302, "POST", "GET", false],
  [303, "POST", "GET", false],
  [303, "PUT", "GET", false],
  [303, "HEAD", "HEAD", true],
  [301, "PUT", "PUT", true],
  [302, "DELETE", "DELETE", true],
  [307, "POST", "POST", true],
  [308, "POST", "POST", true],
];

describe("a redirect", () => {
  it.each(methods)("%i turns %s into %s", (status, method, after, sendsContent) => {
    const next = redirected({ ...step, method }, status, ["/z"]);
    expect([next?.method, next?.sendsContent]).toEqual([after, sendsContent]);
  });

  it.each([
    ["/z", "http://a.test/z"],
    ["z", "http://a.test/x/z"],
    ["?r", "http://a.test/x/y?r"],
    ["//b.test/", "http://b.test/"],
    ["https://a.test/", "https://a.test/"],
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
