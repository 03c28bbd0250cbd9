/** The film's file in slices: each button asks for one (RFC 9110 §14.2) and shows what was said. */
import { byId, element } from "./dom.js";

const SLICES = 8;

export async function film() {
  const player = byId("player", HTMLVideoElement);
  const { pathname } = new URL(player.src);
  const head = await fetch(pathname, { method: "HEAD" });
  const size = Number(head.headers.get("content-length"));
  if (!head.ok || !(size > SLICES)) return;
  const group = byId("slices", HTMLElement);
  const step = Math.ceil(size / SLICES);
  for (let i = 0; i < SLICES; i += 1) {
    const button = element("button", "", String(i + 1));
    button.setAttribute("type", "button");
    button.setAttribute("aria-label", `Slice ${i + 1} of ${SLICES}`);
    const from = i * step;
    button.addEventListener("click", async () => {
      if (await ask(pathname, from, Math.min(from + step, size) - 1)) button.classList.add("got");
    });
    group.append(button);
  }
  group.hidden = false;
  byId("range", HTMLElement).textContent =
    `The file has ${size} bytes, in ${SLICES} slices here.\nAsk for one of them.`;
}

/**
 * @param {string} path
 * @param {number} from
 * @param {number} to
 */
async function ask(path, from, to) {
  const range = `bytes=${from}-${to}`;
  // Not from the browser's own store: the question is to go out.
  const answer = await fetch(path, { headers: { Range: range }, cache: "no-store" });
  const content = await answer.arrayBuffer();
  byId("range", HTMLElement).textContent = [
    `→ GET ${path}`,
    `→ Range: ${range}`,
    `← ${answer.status} ${answer.statusText}`,
    `← Content-Range: ${answer.headers.get("content-range") ?? "(none)"}`,
    `  ${content.byteLength} bytes`,
  ].join("\n");
  return answer.status === 206;
}
