/** The strip of a lesson that is begun beside this inspector: which step, what is ticked, and what is missing yet. */
import { useSignal } from "@preact/signals";
import type { LessonView } from "../src/views.ts";
import { lesson } from "./state.ts";

export function LessonStrip() {
  const hidden = useSignal("");
  const now = lesson.value;
  if (now === undefined) return null;
  const { number, title, step, of, asked, checks } = now;
  const here = `${number}.${step}`;
  if (hidden.value === here) return null;
  const missing = checks.find(({ done }) => !done);
  return (
    <section class="lesson" aria-label="Lesson">
      <b title={title}>
        Lesson {number} · step {step + 1}
      </b>
      <div class="asked" role="status">
        <span>{asked}</span>
        <ul>
          {checks.map(({ title: what, done }) => (
            <li key={what} class={done ? "ok" : ""}>
              <span aria-hidden="true">{done ? "✓" : "○"}</span> {what}
              <span class="vh">{done ? ": seen" : ": not seen yet"}</span>
            </li>
          ))}
        </ul>
        {missing !== undefined && <p>{missing.told}</p>}
      </div>
      <Dots lesson={now} />
      <button
        type="button"
        class="small"
        aria-label={`Hide step ${step + 1} of ${of}`}
        onClick={() => (hidden.value = here)}
      >
        ×
      </button>
    </section>
  );
}

function Dots({ lesson: { step, of, done } }: { readonly lesson: LessonView }) {
  return (
    <span class="dots" role="img" aria-label={`${done.length} of ${of} steps done`}>
      {Array.from({ length: of }, (_, at) => (
        <i key={at} class={`${done.includes(at) ? "d" : ""}${at === step ? " c" : ""}`} />
      ))}
    </span>
  );
}
