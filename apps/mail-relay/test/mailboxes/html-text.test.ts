import { describe, expect, it } from "vitest";
import { htmlText } from "../../src/mailboxes/html-text.ts";

const cases: readonly (readonly [html: string, text: string])[] = [
  ["", ""],
  ["no markup", "no markup"],
  ["<p>one</p><p>two</p>", "one two"],
  ["a<br>b", "a b"],
  ["<STYLE type=x>p { color: red }</Style>seen", "seen"],
  ["<script>alert('<p>')</script >seen", "seen"],
  ["<head><title>T</title></head>seen", "seen"],
  ["<styled>seen</styled>", "seen"],
  ["a<!-- <p>not --> b", "a b"],
  ["M&uuml;ller &amp; S&ouml;hne &#8364;5 &#x20AC;6", "Müller & Söhne €5 €6"],
  ["&nosuch; &#x110000; AT&T", "&nosuch; \ufffd AT&T"],
  ["İİ<style>x</style>seen", "İİ seen"],
  ["1 < 2 <b>x</b>", "1 2 x"],
  ["<style>never closed", ""],
];

describe("the text of HTML", () => {
  it.each(cases)("%j: %j", (html, text) => {
    expect(htmlText(html).replaceAll(/\s+/g, " ").trim()).toBe(text);
  });

  // Each of these took seconds, and longer by the square, while whoever looks for ends looked again at each beginning.
  it.each(["<", "<style", "<style>", "<!--", "<p", "<style><", "&", "&#"])(
    "is soon through many %j",
    (html) => {
      expect(htmlText(html.repeat(500_000)).length).toBeLessThan(500_000 * html.length + 1);
    },
  );
});
