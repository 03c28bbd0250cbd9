/** What runs in the page: put there as its own source text, it refers to nothing outside itself. */

/** New letters appear as they come: the two lists are fetched again, and what is being read stays as it is. */
export function followLetters(): void {
  let due = false;
  const refresh = async (): Promise<void> => {
    due = false;
    const response = await fetch(location.href, { headers: { Accept: "text/html" } });
    const fresh = new DOMParser().parseFromString(await response.text(), "text/html");
    for (const part of document.querySelectorAll<HTMLElement>("[data-live]")) {
      const name = part.dataset["live"] ?? "";
      const replacement = fresh.querySelector(`[data-live="${name}"]`);
      if (replacement === null || part.innerHTML === replacement.innerHTML) continue;
      // Nothing moves under somebody who walks through it by keyboard.
      if (part.contains(document.activeElement) && document.activeElement !== document.body) continue;
      const at = part.scrollTop;
      part.replaceChildren(...replacement.childNodes);
      part.scrollTop = at;
    }
  };
  const soon = (): void => {
    if (due) return;
    due = true;
    setTimeout(() => {
      refresh().catch(() => {
        // The stream says when the relay is back.
      });
    }, 150);
  };
  const events = new EventSource("/api/v1/events");
  for (const type of ["added", "changed", "removed", "failed", "queue"]) events.addEventListener(type, soon);
  let lost = false;
  events.addEventListener("error", () => {
    lost = true;
  });
  events.addEventListener("open", () => {
    if (lost) soon();
    lost = false;
  });
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
