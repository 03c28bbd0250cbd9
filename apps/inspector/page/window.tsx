/** A list of rows of one height, of which only those in sight exist. It stays at its end while one is there, and never moves otherwise. */
import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";

export interface WindowedProps<Row> {
  readonly rows: readonly Row[];
  /** Pixels. */
  readonly height: number;
  readonly label: string;
  /** Index of the row that is chosen, -1 for none. */
  readonly chosen: number;
  /** `slot`: of the rows that are there no other has it, and a row in sight keeps it. As a key it lets elements be used again. */
  readonly render: (row: Row, slot: number) => ComponentChildren;
  /** A change of it begins the list anew. */
  readonly of: string;
  /** Where it begins. Default: at its end, where what is new comes. */
  readonly from?: "start" | "end";
}

/** More than there are rows in sight, and beyond. */
const SLOTS = 256;
/** Rows drawn above and below what is in sight. */
const BEYOND = 12;

export function Windowed<Row>({ rows, height, label, chosen, render, of, from = "end" }: WindowedProps<Row>) {
  const box = useRef<HTMLDivElement>(null);
  const [top, setTop] = useState(0);
  const [room, setRoom] = useState(600);
  const atEnd = useRef(true);
  const seen = useRef(0);
  const roomBefore = useRef(room);
  useLayoutEffect(() => {
    const element = box.current;
    if (element === null) return undefined;
    const watch = new ResizeObserver(() => setRoom(element.clientHeight));
    watch.observe(element);
    return () => watch.disconnect();
  }, []);
  useLayoutEffect(() => {
    atEnd.current = from === "end" && chosen < 0;
    if (from === "start" && chosen < 0 && box.current !== null) box.current.scrollTop = 0;
    seen.current = rows.length;
  }, [of]);
  useLayoutEffect(() => {
    const element = box.current;
    if (element === null || !atEnd.current || from === "start") return;
    element.scrollTop = rows.length * height;
    seen.current = rows.length;
  });
  useLayoutEffect(() => {
    const element = box.current;
    const before = roomBefore.current;
    roomBefore.current = room;
    if (element === null || chosen < 0) return;
    // Who has scrolled away stays where he is when the list becomes lower.
    const from = element.scrollTop - height;
    if (before !== room && (chosen * height < from || chosen * height > from + height + before)) return;
    // With the row before and the row behind: an answer makes sense beside its question.
    const place = (chosen - 1) * height;
    if (place < element.scrollTop) element.scrollTop = place;
    else if (place + 3 * height > element.scrollTop + element.clientHeight)
      element.scrollTop = place + 3 * height - element.clientHeight;
  }, [chosen, of, height, room]);
  // At the end the place is known before it is scrolled to: the rows of the place before need not be drawn first.
  const place = from === "end" && atEnd.current ? Math.max(0, rows.length * height - room) : top;
  const first = Math.max(0, Math.floor(place / height) - BEYOND);
  const last = Math.min(rows.length, Math.ceil((place + room) / height) + BEYOND);
  const fresh = rows.length - seen.current;
  const onScroll = (): void => {
    const element = box.current;
    if (element === null) return;
    atEnd.current = element.scrollTop + element.clientHeight >= rows.length * height - 4;
    if (atEnd.current) seen.current = rows.length;
    setTop(element.scrollTop);
  };
  const toEnd = (): void => {
    if (box.current !== null) box.current.scrollTop = rows.length * height;
  };
  return (
    <div class="windowed">
      <div class="rows" ref={box} onScroll={onScroll} role="listbox" aria-label={label} tabIndex={0}>
        <div style={{ height: `${rows.length * height}px`, position: "relative" }}>
          <div style={{ position: "absolute", top: `${first * height}px`, left: "0", right: "0" }}>
            {rows.slice(first, last).map((row, index) => render(row, (first + index) % SLOTS))}
          </div>
        </div>
      </div>
      {from === "end" && !atEnd.current && fresh > 0 && (
        <button type="button" class="fresh" onClick={toEnd}>
          {fresh} new ↓
        </button>
      )}
    </div>
  );
}
