/** What the page does to the servers, and how it stands with it. One at a time; what went wrong is said on the page. */
import { signal } from "@preact/signals";
import type { FaultView, HeldView } from "../src/views.ts";

/** Why the last thing asked for was not done. */
export const refusal = signal("");

type Verb = "GET" | "PUT" | "POST" | "DELETE";

/** The answer's JSON; undefined where there is none, or where it was refused. */
export async function ask(verb: Verb, app: string, path: string, value?: unknown): Promise<unknown> {
  try {
    const response = await fetch(`/api/control/${app}${path}`, {
      method: verb,
      ...(value !== undefined && {
        body: JSON.stringify(value),
        headers: { "Content-Type": "application/json" },
      }),
    });
    const text = await response.text();
    const answer: unknown = text.startsWith("{") || text.startsWith("[") ? JSON.parse(text) : undefined;
    refusal.value = response.ok ? "" : (detailOf(answer) ?? `${response.status}: ${text.slice(0, 200)}`);
    return response.ok ? answer : undefined;
  } catch {
    refusal.value = "The inspector does not answer.";
    return undefined;
  }
}

function detailOf(answer: unknown): string | undefined {
  const known = typeof answer === "object" && answer !== null && "detail" in answer;
  return known && typeof answer.detail === "string" ? answer.detail : undefined;
}

export type NewFault = Omit<FaultView, "id" | "acted">;

export function setFault(app: string, listener: string, fault: NewFault): void {
  void ask("POST", app, `/faults/${listener}`, fault);
}

export function removeFault(app: string, listener: string, id: string): void {
  void ask("DELETE", app, `/faults/${listener}/${id}`);
}

export function removeAllFaults(app: string): void {
  void ask("DELETE", app, "/faults");
}

/** Lets it go; as it is where `text` is what it was. */
export function letGo(held: HeldView, text: string): void {
  const as = text === held.text ? {} : { octets: octetsOf(text, held.form) };
  void ask("POST", held.app, `/held/${held.chunk}`, as);
}

/** In the server's place: lines end in CR LF. */
export function answer(held: HeldView, text: string): void {
  void ask("POST", held.app, `/held/${held.chunk}`, { answer: octetsOf(text, "lines") });
}

export function drop(held: HeldView): void {
  void ask("DELETE", held.app, `/held/${held.chunk}`);
}

function octetsOf(text: string, form: HeldView["form"]): unknown {
  if (form === "hex") return { hex: text.replaceAll(/\s+/g, "") };
  return form === "lines" ? text.replaceAll("\n", "\r\n") : text;
}

/** Octets that a text is on the wire; undefined: it is no hex. */
export function lengthOf(text: string, form: HeldView["form"]): number | undefined {
  const octets = octetsOf(text, form);
  if (typeof octets === "string") return new TextEncoder().encode(octets).length;
  const hex = text.replaceAll(/\s+/g, "");
  return /^(?:[0-9a-f]{2})*$/i.test(hex) ? hex.length / 2 : undefined;
}
