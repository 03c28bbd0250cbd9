/** Golden transcripts of the server core: what it hears and says, octet for octet. `vitest -u` writes them anew. */
import { describe, expect, it } from "vitest";
import { told } from "./conversation.ts";
import { subjects } from "./conversations.ts";

describe("the server core, as transcripts", () => {
  it.each(Object.entries(subjects))("%s", async (name, { about, conversations }) => {
    const text = [
      `# server-${name}`,
      "",
      `${about} Sections without a number of their own are of RFC 9112.`,
      "Each conversation is played whole, octet by octet, and cut in two at every point; written by `test/server/transcripts.test.ts`.",
      "",
      ...conversations.flatMap((conversation) => [...told(conversation), ""]),
    ].join("\n");
    await expect(text).toMatchFileSnapshot(`../transcripts/server-${name}.md`);
  });
});
