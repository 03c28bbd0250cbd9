import { describe, expect, it } from "vitest";
import { LetterSearch, type Candidate } from "../../src/mailboxes/letter-search.ts";
import { readSoughtText } from "../../src/mailboxes/letter-text.ts";

interface Letter extends Candidate {
  readonly source: string;
}

const HEAD = "Subject: x\r\n\r\n";

function letter(id: string, text: string, more: Partial<Letter> = {}): Letter {
  const shown = { subject: "", from: "", to: "", excerpt: "", reversePath: "", mailbox: "", seen: false };
  const source = HEAD + text;
  return { ...shown, id, size: source.length, source, ...more };
}

/** Reads sources, and says which were read. */
function reader() {
  const read: string[] = [];
  async function* open({ id, source }: Letter): AsyncGenerator<Uint8Array> {
    read.push(id);
    yield Buffer.from(source);
  }
  return { read, open };
}

const ids = ({ found }: { readonly found: readonly Letter[] }): string[] => found.map(({ id }) => id);

describe("a search through letters", () => {
  it("reads those that are not in memory, each once while the same is asked", async () => {
    const search = new LetterSearch();
    search.keep("a", "a needle here");
    const letters = [letter("a", ""), letter("b", "one NEEDLE\r\nmore"), letter("c", "none")];
    const { read, open } = reader();
    expect(ids(await search.find("needle", letters, open))).toEqual(["a", "b"]);
    expect(ids(await search.find("needle", letters, open))).toEqual(["a", "b"]);
    expect(read).toEqual(["b", "c"]);
    expect(ids(await search.find('"needle more" -here', letters, open))).toEqual(["b"]);
    expect(read).toEqual(["b", "c", "b", "c"]);
    const nowSeen = letters.map((one) => ({ ...one, seen: true }));
    expect(ids(await search.find('"needle more" -here', nowSeen, open))).toEqual(["b"]);
  });

  it("reads nothing where the list says enough", async () => {
    const { read, open } = reader();
    const letters = [letter("a", "", { subject: "Needle" }), letter("b", "", { seen: true })];
    expect(ids(await new LetterSearch().find("is:unread needle", letters, open))).toEqual(["a"]);
    expect(read).toEqual([]);
  });

  it("stops at its limit, says of how many it does not know, and goes further when asked again", async () => {
    const letters = ["a", "b", "c"].map((id) => letter(id, "needle".padEnd(100)));
    const search = new LetterSearch({ files: 250 });
    const { open } = reader();
    const first = await search.find("needle", letters, open);
    expect([ids(first), first.skipped]).toEqual([["a", "b"], 1]);
    const second = await search.find("needle", letters, open);
    expect([ids(second), second.skipped]).toEqual([["a", "b", "c"], 0]);
    const without = await new LetterSearch({ files: 0 }).find("-needle", letters, open);
    expect([ids(without), without.skipped]).toEqual([["a", "b", "c"], 3]);
  });

  it("keeps the newest in memory, and forgets who is gone", async () => {
    const search = new LetterSearch({ memory: 30, files: 0 });
    for (const id of ["a", "b", "c"]) search.keep(id, "needle".padEnd(12));
    search.keep("d", "needle".padEnd(31));
    const letters = ["d", "c", "b", "a"].map((id) => letter(id, ""));
    const { open } = reader();
    expect(ids(await search.find("needle", letters, open))).toEqual(["c", "b"]);
    search.forget("c");
    search.keep("e", "needle".padEnd(12));
    expect(ids(await search.find("needle", [letter("e", ""), ...letters], open))).toEqual(["e", "b"]);
  });

  it("finds nothing in a letter that has gone meanwhile", async () => {
    const gone = (): AsyncIterable<Uint8Array> => {
      throw new Error("gone");
    };
    expect(await new LetterSearch().find("needle", [letter("a", "needle")], gone)).toEqual({
      found: [],
      skipped: 0,
    });
  });

  it("has one search after the other", async () => {
    const search = new LetterSearch();
    const { read, open } = reader();
    const letters = [letter("a", "one"), letter("b", "two")];
    const [one, two] = await Promise.all(["one", "two"].map((text) => search.find(text, letters, open)));
    expect([one, two].map((found) => found && ids(found))).toEqual([["a"], ["b"]]);
    expect(read).toEqual(["a", "b", "a", "b"]);
  });
});

describe("the text that is sought", () => {
  const of = async (source: string, most = 1_000_000) => {
    async function* pieces(): AsyncGenerator<Uint8Array> {
      yield Buffer.from(source);
    }
    return readSoughtText(pieces(), most);
  };

  it("is text, HTML and names of attachments, not what is attached", async () => {
    const source = [
      "Content-Type: multipart/mixed; boundary=b",
      "",
      "--b",
      "Content-Type: text/plain; charset=utf-8",
      "Content-Transfer-Encoding: quoted-printable",
      "",
      "Gr=C3=BC=C3=9Fe   aus=",
      " K=C3=B6ln",
      "--b",
      "Content-Type: text/html",
      "",
      "<p>Only <b>here</b></p>",
      "--b",
      "Content-Type: text/plain; name=list.txt",
      "Content-Disposition: attachment; filename=list.txt",
      "",
      "attached",
      "--b--",
      "",
    ].join("\r\n");
    const { text, isWhole } = await of(source);
    expect(isWhole).toBe(true);
    expect(text).toContain("grüße aus köln");
    expect(text.replaceAll(" ", "")).toContain("onlyhere");
    expect(text).toContain("list.txt");
    expect(text).not.toContain("attached");
  });

  it("is as much of a letter as may be taken apart", async () => {
    const source = `${HEAD}first\r\n${"x".repeat(200)}\r\nlast\r\n`;
    expect(await of(source, 30)).toEqual({ text: "first xxxxxxxxx", isWhole: false });
    const attached = `Content-Type: image/png\r\n\r\n${"iVBORw0KGgo=\r\n".repeat(1000)}`;
    expect((await of(attached, 100)).isWhole).toBe(true);
  });
});
