/** The room as a page: for the facilitator with names, for the wall without. */
import { counted, markup, type Markup } from "@socketscope/page";
import type { Lesson } from "../lesson.ts";
import type { Person } from "./room.ts";

export interface RoomState {
  readonly people: readonly Person[];
  readonly lessons: readonly Lesson[];
  /** What a participant types. */
  readonly joining: readonly string[];
}

/** Milliseconds at one step after which somebody may like to be asked. */
const LONG = 10 * 60_000;

export function roomMain({ people, lessons, joining }: RoomState): Markup {
  return markup`<div data-follow="/events" data-follow-events="changed">
<div class="ph" data-live="head"><h1>The room</h1><span class="sub">${presence(people)}</span></div>
<section class="card join" aria-label="How to take part">
<h2>To take part</h2>
<p class="sub">Typed by who wants to: the name, the lesson, the step and what is done come here, and nothing else.</p>
${joining.map((line) => command(line))}
</section>
<div class="cols">
<section aria-labelledby="who"><h2 id="who">Who is where</h2><div data-live="people">${peopleList(people, lessons)}</div></section>
<section aria-labelledby="where"><h2 id="where">Where most are</h2><div data-live="steps">${stepBars(people, lessons)}</div>
<details class="card anew"><summary>All begin anew</summary>
<p>The list is emptied, and every participant's program goes back to the first step. What was done before is kept beside it, in <code>workshop-before.json</code>.</p>
<form method="post" action="/reset"><button class="primary">Let all begin anew</button></form></details></section>
</div></div>`;
}

/** For the projector: how many, and not who. */
export function wallMain({ people, lessons, joining }: RoomState): Markup {
  return markup`<div class="wall" data-follow="/events" data-follow-events="changed">
<div data-live="head"><h1>${titleOf(mostAt(people, lessons))}</h1><p class="sub">${presence(people)}</p></div>
<div data-live="steps">${stepBars(people, lessons)}</div>
<section aria-label="How to take part"><h2>To take part</h2>${joining.slice(0, 1).map((line) => command(line))}</section>
</div>`;
}

function command(line: string): Markup {
  return markup`<div class="cmd"><code tabindex="0">${line}</code><button type="button" data-copy hidden>Copy</button></div>`;
}

function presence(people: readonly Person[]): string {
  if (people.length === 0) return "Nobody takes part yet";
  const here = people.filter(({ away }) => !away).length;
  return `${counted(people.length, "person takes", "people take")} part, ${here} ${here === 1 ? "is" : "are"} here now`;
}

function peopleList(people: readonly Person[], lessons: readonly Lesson[]): Markup {
  if (people.length === 0)
    return markup`<p class="card none">Who types the line above is seen here within seconds.</p>`;
  return markup`<ul class="people">${people.map((person) => personRow(person, lessons))}</ul>`;
}

function personRow(person: Person, lessons: readonly Lesson[]): Markup {
  const lesson = lessons.find(({ number }) => number === person.lesson);
  const title = lesson?.steps[person.step]?.title ?? "";
  const long = person.since > LONG && !person.away;
  return markup`<li class="card${person.away && " away"}"><b>${person.name}</b>
<span class="at">${person.lesson}.${person.step + 1} ${title}</span>
<span class="since">${person.away ? markup`<span class="chip">away</span>` : long ? markup`<span class="chip long">${minutes(person.since)} here</span>` : minutes(person.since)}</span>
${strip(person, lessons)}</li>`;
}

/** A cell a lesson, filled as far as it is done. */
function strip({ done }: Person, lessons: readonly Lesson[]): Markup {
  const parts = lessons.map(({ number, steps }) => ({
    of: steps.length,
    is: done[String(number)]?.length ?? 0,
  }));
  const sum = (key: "of" | "is"): number => parts.reduce((all, part) => all + part[key], 0);
  return markup`<svg class="strip" viewBox="0 0 ${lessons.length * 12 - 2} 10" preserveAspectRatio="xMinYMid" role="img" aria-label="${sum("is")} of ${counted(sum("of"), "step")} done">${parts.map(
    ({ of, is }, at) =>
      markup`<rect class="of" x="${at * 12}" width="10" height="10" rx="2"></rect><rect class="is" x="${at * 12}" width="${Math.round((10 * is) / of)}" height="10" rx="2"></rect>`,
  )}</svg>`;
}

function mostAt(people: readonly Person[], lessons: readonly Lesson[]): Lesson | undefined {
  const count = ({ number }: Lesson): number => people.filter(({ lesson }) => lesson === number).length;
  return lessons.toSorted((a, b) => count(b) - count(a))[0];
}

function titleOf(lesson: Lesson | undefined): string {
  return lesson === undefined ? "" : `${lesson.number}. ${lesson.title}`;
}

function stepBars(people: readonly Person[], lessons: readonly Lesson[]): Markup {
  const lesson = mostAt(people, lessons);
  const number = String(lesson?.number);
  const rows = (lesson?.steps ?? []).map(({ title }, step) => {
    const at = people.filter((one) => one.lesson === lesson?.number && one.step === step).length;
    const did = people.filter(({ done }) => done[number]?.includes(step) === true).length;
    const share = (count: number): number => Math.round((100 * count) / Math.max(1, people.length));
    return markup`<li><span class="what">${step + 1}. ${title}</span>
<svg class="bar" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true"><rect class="of" width="100" height="8"></rect><rect class="is" width="${share(did)}" height="8"></rect></svg>
<span class="count"><b>${did}</b> done, <b>${at}</b> here</span></li>`;
  });
  return markup`<p class="sub lesson">${titleOf(lesson)}</p><ol class="bars">${rows}</ol>`;
}

function minutes(ms: number): string {
  const whole = Math.floor(ms / 60_000);
  return whole === 0 ? "just now" : `${whole} min`;
}
