/** What runs in the page: put there as its own source text, it refers to nothing outside itself. */

export function followChanges(): void {
  const address = `${location.origin.replace(/^http/, "ws")}/.socketscope/reload`;
  let lost = false;
  const follow = (): void => {
    const socket = new WebSocket(address);
    socket.addEventListener("open", () => {
      // The server was away and is back: who knows what changed meanwhile.
      if (lost) location.reload();
    });
    socket.addEventListener("message", ({ data }) => {
      if (data !== "style") {
        location.reload();
        return;
      }
      for (const sheet of document.querySelectorAll<HTMLLinkElement>('link[rel="stylesheet"]')) {
        const fresh = new URL(sheet.href);
        if (fresh.origin !== location.origin) continue;
        fresh.searchParams.set("changed", String(Date.now()));
        sheet.href = fresh.href;
      }
    });
    socket.addEventListener("close", () => {
      lost = true;
      setTimeout(follow, 1000);
    });
  };
  follow();
}
