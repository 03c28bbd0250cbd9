/** What runs in the page: put there as its own source text, it refers to nothing outside itself. */
import type { SharedNews, TabNews } from "./share-events.ts";

/**
 * What changes on the server changes in the page: its own address is asked again, and the parts of both that have the
 * same `data-live` are made alike, node by node, so that what moves in them goes on moving. `data-follow` names the
 * address of the events, `data-follow-events` those that count; `data-follow-line` the script by which all tabs of a
 * browser share them.
 */
export function followParts(): void {
  const root = document.querySelector<HTMLElement>("[data-follow]");
  if (root === null) return;
  const alike = (old: Node, fresh: Node): void => {
    if (old.nodeName !== fresh.nodeName) {
      old.parentNode?.replaceChild(fresh, old);
      return;
    }
    if (old.nodeValue !== fresh.nodeValue) old.nodeValue = fresh.nodeValue;
    if (!(old instanceof Element) || !(fresh instanceof Element)) return;
    for (const { name } of old.attributes) {
      // A button that script has shown stays; what somebody has opened stays open.
      const ours = (name === "hidden" && old.matches("[data-copy]")) || name === "open";
      if (!ours && !fresh.hasAttribute(name)) old.removeAttribute(name);
    }
    for (const { name, value } of fresh.attributes)
      if (old.getAttribute(name) !== value && !(name === "hidden" && old.matches("[data-copy]")))
        old.setAttribute(name, value);
    const children = [...fresh.childNodes];
    const had = old.childNodes.length;
    for (const [at, child] of [...old.childNodes].entries()) {
      const match = children[at];
      if (match === undefined) child.remove();
      else alike(child, match);
    }
    old.append(...children.slice(had));
  };
  let due = false;
  const refresh = async (): Promise<void> => {
    due = false;
    const response = await fetch(location.href, { headers: { Accept: "text/html" } });
    if (!response.ok) return;
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    for (const part of document.querySelectorAll<HTMLElement>("[data-live]")) {
      const fresh = page.querySelector(`[data-live="${part.dataset["live"] ?? ""}"]`);
      // Nothing moves under somebody who walks through it by keyboard.
      const walked = part.contains(document.activeElement) && document.activeElement !== document.body;
      if (fresh !== null && !walked) alike(part, fresh);
    }
  };
  const soon = (): void => {
    if (due) return;
    due = true;
    setTimeout(() => {
      refresh().catch(() => {
        // The stream says when the server is back.
      });
    }, 150);
  };
  const types = (root.dataset["followEvents"] ?? "").split(" ");
  const { followLine: line } = root.dataset;
  if (line !== undefined && "SharedWorker" in window) {
    const { port } = new SharedWorker(line);
    port.addEventListener("message", ({ data }: MessageEvent<SharedNews>) => {
      // What happened before the stream was open nobody told.
      if (data.type === "open" || (data.type === "event" && types.includes(data.event))) soon();
    });
    port.start();
    window.addEventListener("pagehide", () => port.postMessage("leaves" satisfies TabNews));
    // Brought back from the browser's memory, it has missed what happened.
    window.addEventListener("pageshow", ({ persisted }) => {
      if (persisted) location.reload();
    });
    return;
  }
  const events = new EventSource(root.dataset["follow"] ?? "");
  for (const type of ["open", ...types]) events.addEventListener(type, soon);
}

export function deleteButton(): void {
  const button = document.querySelector<HTMLButtonElement>("[data-delete]");
  if (button === null) return;
  button.hidden = false;
  button.addEventListener("click", () => {
    const id = encodeURIComponent(button.dataset["delete"] ?? "");
    const back = new URL(location.href);
    for (const name of ["id", "tab", "remote"]) back.searchParams.delete(name);
    fetch(`/api/v1/messages/${id}`, { method: "DELETE" }).then(
      () => location.assign(back.href),
      () => {
        button.textContent = "Not deleted";
      },
    );
  });
}
