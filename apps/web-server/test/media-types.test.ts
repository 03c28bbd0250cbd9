import { describe, expect, it } from "vitest";
import { contentType, fileKind } from "../src/media-types.ts";

describe("a file's type", () => {
  it.each([
    ["index.html", "text/html; charset=utf-8", "page"],
    ["a.css", "text/css; charset=utf-8", "code"],
    // RFC 9239 §6: one type for every script, modules included
    ["a.js", "text/javascript; charset=utf-8", "code"],
    ["a.mjs", "text/javascript; charset=utf-8", "code"],
    ["a.cjs", "text/javascript; charset=utf-8", "code"],
    // RFC 8259 §8.1: JSON is UTF-8, and has no parameter to say so
    ["a.json", "application/json", "code"],
    ["a.svg", "image/svg+xml; charset=utf-8", "picture"],
    ["a.wasm", "application/wasm", "code"],
    ["a.woff2", "font/woff2", "font"],
    ["a.webp", "image/webp", "picture"],
    ["a.avif", "image/avif", "picture"],
    ["a.mp4", "video/mp4", "film"],
    ["a.m3u8", "application/vnd.apple.mpegurl", "film"],
    ["a.pcapng", undefined, "capture"],
    ["a.nobody-knows", undefined, "other"],
    ["README", undefined, "other"],
  ])("%s: %s, drawn as %s", (name, type, kind) => {
    expect([contentType(name), fileKind(name)]).toEqual([type, kind]);
  });
});
