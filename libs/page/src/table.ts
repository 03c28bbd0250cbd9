/**
 * What script adds to a table of files: sorting and filtering without asking again, and a pane beside it for the row
 * that is looked at. Each function refers to nothing outside itself (see `script.ts`).
 *
 * The table: `table[data-sortable]`, links `a[data-column]` in its head, rows `tr[data-name]` with one attribute a
 * column; `tr[data-first]` (folders) stay above the others.
 */

/** Sorts in place. The address becomes the one that would give the same order without script. */
export function sortableTable(): void {
  const table = document.querySelector<HTMLTableElement>("table[data-sortable]");
  const body = table?.tBodies[0];
  if (table === null || body === undefined) return;
  const names = new Intl.Collator("en", { numeric: true });
  const sort = (column: string, descending: boolean): void => {
    const sign = descending ? -1 : 1;
    const rows = [...body.rows].filter((row) => row.dataset["name"] !== undefined);
    const word = (row: HTMLTableRowElement, key: string): string => row.dataset[key] ?? "";
    rows.sort((a, b) => {
      const first = Number(b.hasAttribute("data-first")) - Number(a.hasAttribute("data-first"));
      if (first !== 0) return first;
      const by = column === "name" ? 0 : Number(word(a, column)) - Number(word(b, column));
      return sign * (by === 0 ? names.compare(word(a, "name"), word(b, "name")) : by);
    });
    body.append(...rows);
  };
  for (const link of table.querySelectorAll<HTMLAnchorElement>("a[data-column]")) {
    link.addEventListener("click", (event) => {
      const head = link.closest("th");
      const column = link.dataset["column"];
      if (head === null || column === undefined || event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      const descending = head.getAttribute("aria-sort") === "ascending";
      sort(column, descending);
      for (const other of table.querySelectorAll("th[aria-sort]")) other.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", descending ? "descending" : "ascending");
      const search = new URLSearchParams(location.search);
      search.set("sort", column);
      search.set("order", descending ? "desc" : "asc");
      history.replaceState(null, "", `?${search.toString()}`);
    });
  }
}

/** `input[data-filter]` hides the rows whose name does not hold its text; "/" leads there, Escape empties it. */
export function filterableTable(): void {
  const input = document.querySelector<HTMLInputElement>("input[data-filter]");
  const said = document.querySelector("[data-filter-said]");
  const rows = document.querySelectorAll<HTMLTableRowElement>("tr[data-name]");
  if (input === null) return;
  const apply = (): void => {
    const wanted = input.value.toLowerCase();
    let shown = 0;
    for (const row of rows) {
      row.hidden = !(row.dataset["name"] ?? "").toLowerCase().includes(wanted);
      if (!row.hidden) shown += 1;
    }
    if (said !== null) said.textContent = wanted === "" ? "" : `${shown} of ${rows.length} shown`;
  };
  input.addEventListener("input", apply);
  input.form?.addEventListener("submit", (event) => event.preventDefault());
  document.addEventListener("keydown", (event) => {
    const typing = event.target instanceof HTMLInputElement || event.target instanceof HTMLTextAreaElement;
    if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      input.focus();
    }
    if (event.key === "Escape" && event.target === input) {
      input.value = "";
      apply();
    }
  });
}

/** The pane shows the file whose row is pointed at or focused; its ETag and ranges are what a HEAD request answers. */
export function previewPane(): void {
  const pane = document.querySelector<HTMLElement>("[data-preview]");
  if (pane === null || getComputedStyle(pane).display === "none") return;
  const part = (name: string): HTMLElement | null => pane.querySelector<HTMLElement>(`[data-part=${name}]`);
  const say = (name: string, text: string | null): void => {
    const place = part(name);
    if (place === null) return;
    place.textContent = text;
    place.hidden = text === null || text === "";
    const label = place.previousElementSibling;
    if (place.tagName === "DD" && label instanceof HTMLElement) label.hidden = place.hidden;
  };
  let asked = 0;
  const ask = async (address: string, turn: number): Promise<void> => {
    const answer = await fetch(address, { method: "HEAD" }).catch(() => undefined);
    if (turn !== asked) return;
    say("etag", answer?.headers.get("etag") ?? null);
    say(
      "ranges",
      answer?.headers.get("accept-ranges") === "bytes" ? "yes, any slice can be asked for" : null,
    );
  };
  const show = (row: HTMLTableRowElement): void => {
    const link = row.querySelector("a");
    if (link === null || row.classList.contains("on")) return;
    for (const other of document.querySelectorAll("tr.on")) other.classList.remove("on");
    row.classList.add("on");
    const data = row.dataset;
    say("name", data["name"] ?? "");
    say("type", data["type"] ?? "");
    say("size", row.cells[1]?.textContent.trim() ?? "");
    say("what", row.cells[3]?.textContent.trim() ?? "");
    say("command", `curl ${pane.dataset["flags"] ?? ""}-O '${link.href.replaceAll("'", "%27")}'`);
    const copy = pane.querySelector("[data-copy]");
    if (copy !== null) copy.textContent = "Copy";
    for (const name of ["open", "save"]) part(name)?.setAttribute("href", link.href);
    const picture = part("picture");
    if (picture !== null) {
      const drawing = row.querySelector("svg")?.cloneNode(true);
      const image = new Image();
      image.src = link.href;
      image.alt = "";
      picture.replaceChildren(row.hasAttribute("data-image") ? image : (drawing ?? ""));
    }
    asked += 1;
    say("etag", null);
    say("ranges", null);
    ask(link.href, asked).catch(() => undefined);
  };
  let waiting: ReturnType<typeof setTimeout> | undefined;
  const look = (event: Event): void => {
    const row = event.target instanceof Element ? event.target.closest("tr") : null;
    clearTimeout(waiting);
    if (row === null || row.dataset["type"] === undefined) return;
    // Crossing the table on the way elsewhere asks nothing.
    waiting = setTimeout(() => show(row), event.type === "focusin" ? 0 : 150);
  };
  const table = document.querySelector("table");
  table?.addEventListener("pointerover", look);
  table?.addEventListener("focusin", look);
  const current = document.querySelector<HTMLTableRowElement>("tr.on");
  const address = current?.querySelector("a")?.href;
  if (address !== undefined) ask(address, asked).catch(() => undefined);
}
