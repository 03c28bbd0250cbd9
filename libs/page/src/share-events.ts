/** One stream of events for all tabs of a browser. */

/** What a tab hears: how the line stands, that it has to ask for everything anew, and each event that comes. */
export type SharedNews =
  | { readonly type: "open" | "lost" | "reset" }
  | { readonly type: "event"; readonly event: string; readonly id: string; readonly data: string };

/** What a tab says. */
export type TabNews = "leaves";

/**
 * Follows `address`, and returns what a tab joins with. A browser has six connections for an origin (HTTP/1.1): with a
 * stream for each tab the seventh would wait for ever. It runs in a SharedWorker, put there as its own source text, and
 * refers to nothing outside itself; where a browser has none, it runs in the tab.
 */
export function shareEvents(address: string, types: readonly string[]): (tab: MessagePort) => void {
  /** Milliseconds before an answer that was no stream is asked for again. */
  const again = 1000;
  const tabs = new Set<MessagePort>();
  let open = false;
  const tell = (news: SharedNews): void => {
    for (const tab of tabs) tab.postMessage(news);
  };
  const follow = (): void => {
    const stream = new EventSource(address);
    let fresh = true;
    stream.addEventListener("open", () => {
      open = true;
      tell({ type: "open" });
      // It goes on where it was; a new one knows of nothing before it.
      if (fresh) tell({ type: "reset" });
      fresh = false;
    });
    stream.addEventListener("error", () => {
      open = false;
      tell({ type: "lost" });
      if (stream.readyState === EventSource.CLOSED) setTimeout(follow, again);
    });
    stream.addEventListener("reset", () => tell({ type: "reset" }));
    for (const event of types)
      stream.addEventListener(event, ({ lastEventId: id, data }) => tell({ type: "event", event, id, data }));
  };
  follow();
  return (tab) => {
    tabs.add(tab);
    tab.addEventListener("message", ({ data }: MessageEvent<TabNews>) => {
      if (data === "leaves") tabs.delete(tab);
    });
    tab.start();
    if (!open) return;
    tab.postMessage({ type: "open" });
    tab.postMessage({ type: "reset" });
  };
}
