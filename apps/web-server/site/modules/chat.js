/** The chat: what is typed goes out as one text message, nothing around it; JSON comes back. */
import { byId, counted, element } from "./dom.js";

/** Lines kept on the page. */
const KEPT = 100;
/** Milliseconds until the next try, doubled each time up to the second. */
const RETRY = [1000, 16_000];

export function chat() {
  const said = byId("said", HTMLElement);
  const form = byId("chat-form", HTMLFormElement);
  const input = byId("chat-text", HTMLInputElement);
  const state = byId("chat-state", HTMLElement);
  const address = document.documentElement.dataset["chat"] ?? "";
  let [wait = 1000] = RETRY;
  let me = "";
  /** @type {WebSocket | undefined} */
  let socket;

  /** @param {Element} line */
  const add = (line) => {
    const view = said.parentElement ?? said;
    const atEnd = view.scrollHeight - view.scrollTop - view.clientHeight < 40;
    said.append(line);
    while (said.children.length > KEPT) said.firstElementChild?.remove();
    // Who reads further up is not pulled away.
    if (atEnd) view.scrollTop = view.scrollHeight;
  };
  /** @param {string} text */
  const note = (text) => add(element("li", "note", text));
  /** @param {{ from: string, text: string, octets: number }} message */
  const line = ({ from, text, octets }) => {
    const who = from === me ? `${from}, that is you` : from;
    add(
      element(
        "li",
        from === me ? "me" : "",
        element("span", "", text),
        element("small", "", `${who} · text, ${counted(octets, "byte")}`),
      ),
    );
  };
  /** @param {number} here */
  const count = (here) => (state.textContent = `${here} here`);

  const open = () => {
    const opened = new WebSocket(address);
    socket = opened;
    opened.addEventListener("open", () => {
      [wait = 1000] = RETRY;
      form.hidden = false;
    });
    opened.addEventListener("message", ({ data }) => {
      const message = JSON.parse(String(data));
      switch (message.type) {
        case "welcome":
          me = message.you;
          said.replaceChildren();
          message.said.forEach(line);
          note(`You are ${me} here.`);
          count(message.here);
          break;
        case "said":
          line(message);
          break;
        case "here":
          count(message.here);
          break;
        case "missed":
          note(`${message.count} messages were too many for this socket.`);
          break;
      }
    });
    opened.addEventListener("close", ({ code }) => {
      socket = undefined;
      state.textContent = `closed (${code}), trying again in ${wait / 1000} s`;
      setTimeout(open, wait);
      wait = Math.min(wait * 2, RETRY[1] ?? wait);
    });
  };

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (socket?.readyState !== WebSocket.OPEN || input.value.trim() === "") return;
    socket.send(input.value);
    input.value = "";
  });
  open();
}
