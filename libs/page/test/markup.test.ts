import { describe, expect, it } from "vitest";
import { markup, Markup } from "../src/markup.ts";

describe("markup", () => {
  it("escapes text, and attribute values", () => {
    const name = `"><script>alert('x')</script>&`;
    expect(String(markup`<a title="${name}">${name}</a>`)).toBe(
      '<a title="&quot;&gt;&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&amp;">&quot;&gt;&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&amp;</a>',
    );
  });

  it("keeps what a template made, joins lists, and leaves nothing for false", () => {
    const items = ["a", "<b>"].map((text) => markup`<li>${text}</li>`);
    expect(String(markup`<ul>${items}${false}${undefined}${0}</ul>`)).toBe(
      "<ul><li>a</li><li>&lt;b&gt;</li>0</ul>",
    );
  });

  it("does not take an object for markup because it looks like it", () => {
    const forged: unknown = JSON.parse('{"source":"<script>"}');
    expect(forged instanceof Markup).toBe(false);
  });
});
