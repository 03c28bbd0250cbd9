/** What runs in the page: put there as its own source text, it refers to nothing outside itself. */

/** `a[rel=next]` and `a[rel=prev]` by the keys that turn pages everywhere, and those of a presenter's remote control. */
export function turnPages(): void {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.target instanceof HTMLButtonElement) return;
    const forward = ["ArrowRight", "PageDown", " "].includes(event.key);
    if (!forward && !["ArrowLeft", "PageUp"].includes(event.key)) return;
    const link = document.querySelector<HTMLAnchorElement>(`a[rel=${forward ? "next" : "prev"}]`);
    if (link === null) return;
    event.preventDefault();
    link.click();
  });
}
