/**
 * Behaviour that a page may do without. Each is a function that refers to nothing outside itself: it is type-checked
 * and linted here as code, and put into the page as its own source text.
 */

import { shareEvents } from "./share-events.ts";

/**
 * The source of `behaviour`, called at once, fit to stand between script tags.
 * `__name` is what esbuild (under tsx) wraps around function names; in a page nobody else defines it.
 */
export function inlineScript(...behaviours: readonly (() => void)[]): string {
  const calls = behaviours.map((behaviour) => `(${behaviour.toString()})();`).join("\n");
  return `{${shimOf(calls)}${calls}}`.replace(/<\/(?=script)/gi, String.raw`<\/`);
}

function shimOf(text: string): string {
  return text.includes("__name(") ? "const __name=(f)=>f;\n" : "";
}

/** The script of a SharedWorker for {@link shareEvents}: `types` of events at `address`. */
export function sharedLine(address: string, types: readonly string[]): string {
  const share = shareEvents.toString();
  return `${shimOf(share)}const join=(${share})(${JSON.stringify(address)},${JSON.stringify(types)});
onconnect=({ports:[tab]})=>join(tab);
`;
}

/** Runs in the head, before anything is drawn: the theme chosen last time. */
export function rememberedTheme(): void {
  let chosen: string | null = null;
  try {
    chosen = localStorage.getItem("theme");
  } catch {
    // Storage may be forbidden; then the system's theme stays.
  }
  if (chosen === "light" || chosen === "dark") document.documentElement.dataset["theme"] = chosen;
}

/** The button that changes the theme: there only when script is. */
export function themeSwitch(): void {
  const button = document.querySelector<HTMLButtonElement>("[data-theme-switch]");
  if (button === null) return;
  button.hidden = false;
  button.addEventListener("click", () => {
    const { dataset } = document.documentElement;
    const dark =
      dataset["theme"] === undefined
        ? matchMedia("(prefers-color-scheme: dark)").matches
        : dataset["theme"] === "dark";
    dataset["theme"] = dark ? "light" : "dark";
    try {
      localStorage.setItem("theme", dataset["theme"]);
    } catch {
      // The choice then lasts for this page only.
    }
  });
}

/** A button beside a command copies it and says so. Without the clipboard (plain HTTP on another host) it selects the text. */
export function copyButtons(): void {
  for (const button of document.querySelectorAll<HTMLButtonElement>("[data-copy]")) {
    button.hidden = false;
    button.addEventListener("click", () => {
      const text = button.parentElement?.querySelector("code");
      if (text === null || text === undefined) return;
      const select = (): void => {
        getSelection()?.selectAllChildren(text);
        button.textContent = "Selected";
      };
      // `navigator.clipboard` is missing outside secure contexts, whatever its type says.
      if (!isSecureContext) select();
      else {
        const copied = (): string => (button.textContent = "Copied");
        navigator.clipboard.writeText(text.textContent).then(copied, select);
      }
    });
  }
}
