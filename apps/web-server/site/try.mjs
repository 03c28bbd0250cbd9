/** Sends the requests of the "Try it" section and shows what really came back. */

/** @param {string} path @param {Record<string, string>} headers */
async function ask(path, headers = {}) {
  const response = await fetch(path, { headers, cache: "no-store" });
  const body = await response.arrayBuffer();
  return { response, octets: body.byteLength, text: () => new TextDecoder().decode(body) };
}

/** @param {Response} response @param {string[]} names */
function lines(response, names) {
  const fields = names
    .map((name) => [name, response.headers.get(name)])
    .filter(([, value]) => value !== null);
  return [`${response.status} ${response.statusText}`, ...fields.map(([name, value]) => `${name}: ${value}`)];
}

const tries = {
  async range() {
    const { response, octets } = await ask("images/harbour.webp", { Range: "bytes=0-63" });
    return [...lines(response, ["Content-Range", "Content-Type"]), `(${octets} octets came)`];
  },
  async etag() {
    const first = await ask("style.css");
    const etag = first.response.headers.get("etag") ?? "";
    const { response, octets } = await ask("style.css", { "If-None-Match": etag });
    return [...lines(response, ["ETag"]), `(${octets} octets came, ${first.octets} the first time)`];
  },
  async coding() {
    const { response, octets } = await ask("files/notes/long.txt");
    const [entry] = performance.getEntriesByName(response.url).slice(-1);
    const packed = entry instanceof PerformanceResourceTiming ? entry.encodedBodySize : 0;
    return [...lines(response, ["Content-Encoding", "Vary"]), `(${packed} octets came, ${octets} unpacked)`];
  },
  async missing() {
    // A 404 that is asked for by a script stands in the console as well: that is what the browser does.
    const { response, text } = await ask("files/notes/lnog.txt", { Accept: "application/problem+json" });
    return [...lines(response, ["Content-Type"]), text().trim()];
  },
};

for (const code of document.querySelectorAll("pre code"))
  code.textContent = code.textContent.replace("ORIGIN", location.origin);

for (const button of document.querySelectorAll("[data-try]")) {
  button.addEventListener("click", async () => {
    const place = button.parentElement?.querySelector("pre");
    const answer = await tries[button.dataset.try]().catch((error) => [String(error)]);
    place?.classList.add("answer");
    place?.querySelector("code")?.replaceChildren(answer.join("\n"));
  });
}

addEventListener("load", () => {
  const [page, ...parts] = [
    ...performance.getEntriesByType("navigation"),
    ...performance.getEntriesByType("resource"),
  ];
  const all = [page, ...parts].filter((entry) => new URL(entry.name).origin === location.origin);
  const octets = all.reduce((sum, entry) => sum + entry.decodedBodySize, 0);
  const say = (name, text) => document.querySelector(`[data-${name}]`)?.replaceChildren(text);
  say("count", String(all.length));
  say("octets", `${(octets / 1000).toFixed(1)} kB`);
  say(
    "protocol",
    `${page.nextHopProtocol.toUpperCase() || "HTTP"}${location.protocol === "https:" ? " over TLS" : ""}`,
  );
});
