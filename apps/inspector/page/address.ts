/** All that is selected stands in the address bar: a link shows another person the same, and Back goes back. */
import { batch, effect } from "@preact/signals";
import {
  compared,
  comparedRow,
  differencesOnly,
  filterText,
  mode,
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
}

export function keepAddress(): void {
  let before = new URLSearchParams(location.search).get("socket");
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
    const address = `?${query.toString()}`;
    if (address === location.search || (address === "?" && location.search === "")) return;
    // Another socket is another place; the message within it is not.
    const moves = before !== null && before !== query.get("socket");
    before = query.get("socket");
    if (moves) history.pushState(null, "", address);
    else history.replaceState(null, "", address);
  });
  addEventListener("popstate", () => {
    before = new URLSearchParams(location.search).get("socket");
    readAddress();
  });
}
