/** Both directions octet by octet, fetched by range as one scrolls. */
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { SocketView } from "../src/views.ts";
import { HexTable } from "./hex.tsx";
import { messagesOf, selectedMessage } from "./state.ts";
import { octets } from "./words.ts";

/** Octets on one sheet. */
const SHEET = 4096;

export function Bytes({ socket }: { readonly socket: SocketView }) {
  const chosen = messagesOf(socket.key).find(({ id }) => id === selectedMessage.value);
  const direction = useSignal<"in" | "out">(chosen?.direction ?? "in");
  const from = useSignal(0);
  const sheet = useSignal<{ readonly from: number; readonly bytes: Uint8Array } | undefined>(undefined);
  useEffect(() => {
    if (chosen === undefined) return;
    direction.value = chosen.direction;
    from.value = Math.floor(chosen.from / SHEET) * SHEET;
  }, [chosen]);
  const end = socket.octets[direction.value];
  const to = Math.min(end, from.value + SHEET);
  useEffect(() => {
    const stop = new AbortController();
    const ask = async (): Promise<void> => {
      const path = `/api/sockets/${socket.key}/octets/${direction.value}?from=${from.value}&to=${to}`;
      const response = await fetch(path, { signal: stop.signal });
      const bytes = new Uint8Array(await response.arrayBuffer());
      sheet.value = { from: Number(response.headers.get("x-octets-from") ?? from.value), bytes };
    };
    ask().catch(() => undefined);
    return () => stop.abort();
  }, [socket.key, direction.value, from.value, to]);
  const shown = sheet.value;
  return (
    <div class="rows sheet" tabIndex={0}>
      <div class="sheet-head">
        <div class="seg" role="group" aria-label="Direction">
          {(["in", "out"] as const).map((one) => (
            <button
              key={one}
              type="button"
              aria-pressed={direction.value === one}
              onClick={() => {
                direction.value = one;
                from.value = 0;
              }}
            >
              {one === "in" ? "read" : "written"} by our program · {octets(socket.octets[one])}
            </button>
          ))}
        </div>
        <button type="button" disabled={from.value === 0} onClick={() => (from.value -= SHEET)}>
          ← earlier
        </button>
        <button type="button" disabled={to >= end} onClick={() => (from.value += SHEET)}>
          later →
        </button>
        <span class="sub">
          octets {from.value.toLocaleString("en")} to {to.toLocaleString("en")} of {end.toLocaleString("en")}
        </span>
      </div>
      {shown === undefined || shown.bytes.length === 0 ? (
        <p class="nobody">
          {end === 0 ? "Nothing was said in this direction." : "These octets are no longer kept."}
        </p>
      ) : (
        <HexTable
          wide
          bytes={shown.bytes}
          from={shown.from}
          hue={(offset) =>
            chosen !== undefined &&
            chosen.direction === direction.value &&
            offset >= chosen.from &&
            offset < chosen.to
              ? "h1"
              : ""
          }
        />
      )}
    </div>
  );
}
