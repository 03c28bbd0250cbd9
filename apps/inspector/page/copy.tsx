/** A button that copies a text and says so. */
import { useState } from "preact/hooks";

export function CopyButton({ label, text }: { readonly label: string; readonly text: string }) {
  const [done, setDone] = useState(false);
  const copy = async (): Promise<void> => {
    await navigator.clipboard.writeText(text);
    setDone(true);
    setTimeout(() => setDone(false), 1600);
  };
  return (
    <button
      type="button"
      class={done ? "done" : ""}
      title={text}
      onClick={() => void copy().catch(() => undefined)}
    >
      {done ? "Copied ✓" : label}
    </button>
  );
}
