/** A recording or a capture that is dropped on the page, or chosen: its sockets stand beside those that run. */
import { signal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";

/** What became of the last file; "" once it was read. */
const said = signal("");
const over = signal(false);

interface Answer {
  readonly sockets?: number;
  readonly warnings?: readonly string[];
  readonly detail?: string;
}

async function open(file: File): Promise<void> {
  said.value = `Reading ${file.name} …`;
  try {
    const response = await fetch("/api/import", { method: "POST", body: file });
    const answer: Answer = await response.json();
    const { sockets = 0, warnings = [], detail } = answer;
    said.value =
      detail === undefined
        ? [`${file.name}: ${sockets} sockets`, ...warnings].join(" · ")
        : `${file.name}: ${detail}`;
  } catch {
    said.value = `${file.name} could not be sent to the inspector`;
  }
}

export function OpenFile() {
  const field = useRef<HTMLInputElement>(null);
  useEffect(listenForDrops, []);
  return (
    <>
      <button type="button" class="hide" onClick={() => field.current?.click()}>
        Open …
      </button>
      <input
        ref={field}
        type="file"
        hidden
        aria-label="Open a recording or a capture"
        onChange={({ currentTarget }) => {
          const [file] = currentTarget.files ?? [];
          if (file !== undefined) void open(file);
          currentTarget.value = "";
        }}
      />
    </>
  );
}

/** What the page says of the file; a hint while one hangs over it. */
export function FileNote() {
  if (over.value) return <p class="note-file over">Drop a recording or a capture (pcapng, pcap) here.</p>;
  if (said.value === "") return null;
  return (
    <p class="note-file" role="status">
      {said.value}
      <button type="button" aria-label="Close" onClick={() => (said.value = "")}>
        ×
      </button>
    </p>
  );
}

function listenForDrops(): () => void {
  const drag = (event: DragEvent): void => {
    if (event.dataTransfer?.types.includes("Files") !== true) return;
    event.preventDefault();
    over.value = event.type !== "dragleave" || event.relatedTarget !== null;
  };
  const drop = (event: DragEvent): void => {
    over.value = false;
    const file = event.dataTransfer?.files[0];
    if (file === undefined) return;
    event.preventDefault();
    void open(file);
  };
  addEventListener("dragover", drag);
  addEventListener("dragleave", drag);
  addEventListener("drop", drop);
  return () => {
    removeEventListener("dragover", drag);
    removeEventListener("dragleave", drag);
    removeEventListener("drop", drop);
  };
}
