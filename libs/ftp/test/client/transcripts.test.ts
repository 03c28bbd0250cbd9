/**
 * Executes the dialogues in transcripts/*.md: `C:` a line of ours, `S:` one of the server's, `=` what the core tells and
 * where it then stands. What the server says goes in whole, octet by octet and cut at every point.
 */
import { readdirSync, readFileSync } from "node:fs";
import { everySplit } from "@socketscope/testkit";
import { encodeUtf8 } from "@socketscope/wire";
import { describe, expect, it } from "vitest";
import { FtpClient } from "../../src/index.ts";
import { isClientVerb } from "../../src/client-legality.ts";
import { sent, told } from "./told.ts";

interface Turn {
  /** A command of ours, or "(data connection done)"; then what the server says, then what is told. */
  readonly ours: string | undefined;
  readonly theirs: string;
  readonly told: readonly string[];
}

function turnsOf(block: string): readonly Turn[] {
  const turns: { ours: string | undefined; theirs: string; told: string[] }[] = [];
  for (const line of block.split("\n")) {
    const [, kind, text = ""] = /^(C|S|=):? ?(.*)$/.exec(line) ?? [];
    const last = turns.at(-1);
    if (kind === "C") turns.push({ ours: text, theirs: "", told: [] });
    else if (kind === "S" && (last === undefined || last.told.length > 0))
      turns.push({ ours: undefined, theirs: `${text}\r\n`, told: [] });
    else if (kind === "S" && last !== undefined) last.theirs += `${text}\r\n`;
    else if (kind === "=") last?.told.push(text);
  }
  return turns;
}

function play(core: FtpClient, turn: Turn, chunks: readonly Uint8Array[]): void {
  if (turn.ours === "(data connection done)") core.send({ type: "ended" });
  else if (turn.ours !== undefined) {
    const [verb = "", ...rest] = turn.ours.split(" ");
    if (!isClientVerb(verb)) throw new TypeError(`${verb} is no command`);
    expect(sent(core, verb, rest.length === 0 ? undefined : rest.join(" "))).toBe(`${turn.ours}\r\n`);
  }
  const lines: string[] = [];
  const pull = (): void => {
    for (let event = core.next(); typeof event !== "string"; event = core.next()) lines.push(told(event));
  };
  pull();
  for (const chunk of chunks) {
    core.receive(chunk);
    pull();
  }
  expect([...lines, `${core.state}, waits for ${core.waitingFor}`]).toEqual(turn.told);
}

const folder = new URL("transcripts/", import.meta.url);
for (const file of readdirSync(folder).toSorted()) {
  const blocks = readFileSync(new URL(file, folder), "utf8").matchAll(/^## (.+?)\n[^]*?```\n([^]*?)```/gm);
  describe(`the dialogues of ${file}`, () => {
    it.each([...blocks].map(([, title = "", block = ""]) => [title, block] as const))(
      "%s",
      (_title, block) => {
        const turns = turnsOf(block);
        expect(turns.length).toBeGreaterThan(0);
        for (let cut = 0; cut < turns.length; cut++) {
          for (const chunks of everySplit(encodeUtf8(turns[cut]?.theirs ?? ""))) {
            const core = new FtpClient();
            for (const [at, turn] of turns.entries())
              play(core, turn, at === cut ? chunks : [encodeUtf8(turn.theirs)]);
          }
        }
      },
    );
  });
}
