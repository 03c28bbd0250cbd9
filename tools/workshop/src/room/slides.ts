/** A lesson's text as slides: each step's Markdown in pieces that a wall can show, in its order. */
import { markup, type Markup, type Piece } from "@socketscope/page";
import { readFences } from "@socketscope/walkthroughs";
import type { Lesson, LessonStep } from "../lesson.ts";
import { fillIn } from "../render.ts";

export interface Slide {
  readonly title: string;
  /** Of the lesson: counted from 0; undefined on the first slide, which tells of the lesson. */
  readonly step: number | undefined;
  readonly body: Markup;
}

interface Block {
  readonly html: Markup;
  /** Lines that it takes on a wall, about. */
  readonly lines: number;
}

/** Lines of one slide, and characters of a line. */
const HIGH = 13;
const WIDE = 62;

export function slidesOf(lesson: Lesson): Slide[] {
  return [
    { title: lesson.title, step: undefined, body: overview(lesson) },
    ...lesson.steps.flatMap(stepSlides),
  ];
}

function overview({ minutes, steps, withoutLinux }: Lesson): Markup {
  return markup`<p>${minutes} minutes, ${steps.length} steps</p>
<ol class="steps">${steps.map(({ title }) => markup`<li>${title}</li>`)}</ol>
${withoutLinux !== undefined && markup`<p class="sub">Without Linux: ${withoutLinux}</p>`}`;
}

function stepSlides({ title, text, checks }: LessonStep, step: number): Slide[] {
  const asked: Block[] =
    checks.length === 0
      ? []
      : [
          {
            html: markup`<ul class="checks">${checks.map((check) => markup`<li>${check.title}</li>`)}</ul>`,
            lines: checks.length + 1,
          },
        ];
  const pages: Block[][] = [[]];
  let filled = 0;
  for (const block of [...blocksOf(text), ...asked]) {
    if (filled > 0 && filled + block.lines > HIGH) {
      pages.push([]);
      filled = 0;
    }
    pages.at(-1)?.push(block);
    filled += block.lines;
  }
  return pages.map((blocks) => ({ title, step, body: markup`${blocks.map(({ html }) => html)}` }));
}

function blocksOf(text: string): Block[] {
  const lines = text.split("\n");
  const fences = new Map(readFences(text).map((fence) => [fence.line, fence]));
  const blocks: Block[] = [];
  let words: string[] = [];
  const paragraph = (): void => {
    const whole = words.join(" ").trim();
    words = [];
    if (whole !== "")
      blocks.push({ html: markup`<p>${inline(whole)}</p>`, lines: Math.ceil(whole.length / WIDE) + 1 });
  };
  for (let at = 0; at < lines.length; at += 1) {
    const fence = fences.get(at + 1);
    const line = lines[at] ?? "";
    if (fence === undefined) {
      if (line.trim() === "") paragraph();
      else words.push(line.trim());
      continue;
    }
    paragraph();
    blocks.push(...codeBlocks(fence.info, fence.lines));
    at += fence.lines.length + 1;
  }
  paragraph();
  return blocks;
}

/** What is typed stands out from what is answered; a long block goes over several slides. */
function codeBlocks(info: string, lines: readonly string[]): Block[] {
  const where = /(?:^|\s)(?:in|file)=(\S+)/.exec(info)?.[1];
  const blocks: Block[] = [];
  for (const part of piecesOf(lines)) {
    const shown = part.map((line) => {
      const text = fillIn(line, new Map()).replaceAll("[..]", "…");
      return /^(?:[$>] |\^C$)/.test(line) ? markup`<b>${text}</b>\n` : markup`${text}\n`;
    });
    const head = where !== undefined && markup`<span class="where">${where}</span>`;
    blocks.push({
      html: markup`<div class="code">${head}<pre>${shown}</pre></div>`,
      lines: high(part) + 2,
    });
  }
  return blocks;
}

/** A wall cannot be scrolled: long lines are broken, and count as several. */
function high(lines: readonly string[]): number {
  return lines.reduce((sum, line) => sum + Math.max(1, Math.ceil(line.length / WIDE)), 0);
}

function piecesOf(lines: readonly string[]): string[][] {
  const pieces: string[][] = [[]];
  for (const line of lines) {
    const last = pieces.at(-1) ?? [];
    if (last.length > 0 && high([...last, line]) > HIGH - 2) pieces.push([line]);
    else last.push(line);
  }
  return pieces;
}

/** Links lead to our files, which a wall cannot follow: their words stay. */
function inline(text: string): Piece[] {
  const marks = /\[([^\]]+)\]\([^)]+\)|\*\*([^*]+)\*\*|`([^`]+)`/g;
  const pieces: Piece[] = [];
  let at = 0;
  for (const found of text.matchAll(marks)) {
    const [whole, link, strong, code] = found;
    pieces.push(text.slice(at, found.index));
    if (link !== undefined) pieces.push(markup`<span class="ref">${link.replaceAll("`", "")}</span>`);
    else if (strong !== undefined) pieces.push(markup`<strong>${strong.replaceAll("`", "")}</strong>`);
    else if (code !== undefined) pieces.push(markup`<code>${fillIn(code, new Map())}</code>`);
    at = found.index + whole.length;
  }
  pieces.push(text.slice(at));
  return pieces;
}
