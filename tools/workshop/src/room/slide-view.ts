/** Slides as pages: one a page, turned by keys or links. */
import { markup, type Markup } from "@socketscope/page";
import type { Lesson } from "../lesson.ts";
import type { Slide } from "./slides.ts";

export function lessonList(lessons: readonly Lesson[]): Markup {
  return markup`<div class="ph"><h1>Slides</h1><span class="sub">the lessons' own texts, for the wall</span></div>
<ol class="lessons">${lessons.map(
    ({ number, title, minutes }) =>
      markup`<li class="card"><a href="/slides/${number}">${number}. ${title}</a> <span class="sub">${minutes} minutes</span></li>`,
  )}</ol>`;
}

/** `at`: counted from 0. */
export function slideMain(lesson: Lesson, slides: readonly Slide[], at: number): Markup {
  const slide = slides[at];
  const to = (place: number): string => `/slides/${lesson.number}/${place + 1}`;
  const head =
    slide?.step === undefined
      ? `Lesson ${lesson.number}`
      : `${lesson.number}.${slide.step + 1} of ${lesson.steps.length} · ${lesson.title}`;
  return markup`<article class="slide"><p class="sub">${head}</p><h1>${slide?.title}</h1>${slide?.body}</article>
<nav class="turn" aria-label="Slides">
${at > 0 ? markup`<a class="btn" rel="prev" href="${to(at - 1)}">← Before</a>` : markup`<a class="btn" href="/slides">All lessons</a>`}
<span class="sub">${at + 1} of ${slides.length}</span>
${at < slides.length - 1 ? markup`<a class="btn primary" rel="next" href="${to(at + 1)}">Next →</a>` : markup`<a class="btn" href="/slides">All lessons</a>`}
</nav>`;
}
