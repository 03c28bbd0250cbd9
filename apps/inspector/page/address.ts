/** All that is selected stands in the address bar: a link shows another person the same, and Back goes back. */
import { batch, effect } from "@preact/signals";
import {
  compared,
  comparedRow,
  differencesOnly,
  filterText,
  mode,
  range,
  selectedMessage,
  selectedSocket,
  tab,
  type Mode,
  type Tab,
} from "./state.ts";

const TABS: readonly Tab[] = ["transcript", "sequence", "bytes", "rates"];

const MODES: readonly Mode[] = ["live", "compare", "part"];

export function readAddress(): void {
  const query = new URLSearchParams(location.search);
  batch(() => select(query));
}

function select(query: URLSearchParams): void {
  const socket = query.get("socket");
  const message = query.get("message");
  selectedSocket.value = socket === null ? undefined : Number(socket);
  selectedMessage.value = message === null ? undefined : Number(message);
  tab.value = TABS.find((one) => one === query.get("view")) ?? "transcript";
  mode.value = MODES.find((one) => one === query.get("mode")) ?? "live";
  const [left, right] = (query.get("with") ?? "").split(",").map((key) => Number(key) || undefined);
  compared.value = [left, right];
  const row = query.get("row");
  comparedRow.value = row === null ? undefined : Number(row);
  differencesOnly.value = query.has("differences");
  filterText.value = query.get("filter") ?? "";
  range.value = stretch(query.get("between"));
}

/** Milliseconds since 1970: "from,to". */
function stretch(text: string | null): readonly [from: number, to: number] | undefined {
  const [, from, to] = /^(\d{1,15}),(\d{1,15})$/.exec(text ?? "") ?? [];
  return from !== undefined && to !== undefined && Number(from) < Number(to)
    ? [Number(from), Number(to)]
    : undefined;
}

/** Another socket, or another stretch of time, is another place; the message within it is not. */
function placeOf(query: URLSearchParams): string {
  return `${query.get("socket") ?? ""} ${query.get("between") ?? ""}`;
}

export function keepAddress(): void {
  let before = placeOf(new URLSearchParams(location.search));
  effect(() => {
    const query = new URLSearchParams();
    const socket = selectedSocket.value;
    if (socket !== undefined) query.set("socket", String(socket));
    if (selectedMessage.value !== undefined) query.set("message", String(selectedMessage.value));
    if (tab.value !== "transcript") query.set("view", tab.value);
    if (mode.value !== "live") query.set("mode", mode.value);
    const [left, right] = compared.value;
    if (mode.value === "compare") {
      if (left !== undefined || right !== undefined) query.set("with", `${left ?? ""},${right ?? ""}`);
      if (comparedRow.value !== undefined) query.set("row", String(comparedRow.value));
      if (differencesOnly.value) query.set("differences", "");
    }
    if (filterText.value !== "") query.set("filter", filterText.value);
    if (range.value !== undefined) {
      const [from, to] = range.value;
      query.set("between", `${Math.floor(from)},${Math.ceil(to)}`);
    }
    const address = `?${query.toString()}`;
    if (address === location.search || (address === "?" && location.search === "")) return;
    const place = placeOf(query);
    // The page itself chooses the first socket.
    const moves = before !== placeOf(new URLSearchParams()) && before !== place;
    before = place;
    if (moves) history.pushState(null, "", address);
    else history.replaceState(null, "", address);
  });
  addEventListener("popstate", () => {
    before = placeOf(new URLSearchParams(location.search));
    readAddress();
  });
}
