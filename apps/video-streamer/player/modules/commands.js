/** The same film in other programs: commands to copy. */
import { byId, make } from "./dom.js";

/** @param {import("./screen.js").Screen} screen */
export function commands(screen) {
  const { show } = screen;
  if (show === undefined) return;
  const address = new URL(screen.address(), location.href).href;
  const quoted = /^[\w:/.%-]+$/.test(address) ? address : `'${address.replaceAll("'", String.raw`'\''`)}'`;
  const file = `${show.name.replaceAll(/[^\w.-]+/g, "-")}.mp4`;
  const lines = [
    ["VLC", `vlc ${quoted}`],
    ["mpv", `mpv ${quoted}`],
    ["ffmpeg", `ffmpeg -i ${quoted}${screen.live ? " -t 60" : ""} -c copy ${file}`],
    screen.delivery === "progressive"
      ? ["curl", `curl -r 0-99999 ${quoted} -o ${file}`]
      : ["curl", `curl ${quoted}`],
    ["ours", `npx video-client ${quoted}`],
    ...(show.casts ?? []).flatMap((cast) => casting(cast)),
  ];
  byId("commands", HTMLElement).replaceChildren(
    ...lines.map(([name = "", text = ""]) => {
      const code = make("code", { tabindex: "0" }, text);
      const button = make("button", { type: "button", "aria-label": `Copy the ${name} command` }, "Copy");
      button.addEventListener("click", () => {
        const select = () => getSelection()?.selectAllChildren(code);
        if (!isSecureContext) select();
        else navigator.clipboard.writeText(text).then(() => (button.textContent = "Copied"), select);
      });
      return make("div", { class: "cmd" }, make("b", {}, name), code, button);
    }),
  );
}

/**
 * What hears the datagrams of a channel.
 *
 * @param {Cast} cast
 */
function casting({ url, cast, interface: at }) {
  const [scheme = "", where = "", reports] = url.split(/:\/\/|\?rtcpport=/);
  const group = cast === "multicast";
  const local = /^(?:127\.|::1$)/.test(at);
  const name = scheme.toUpperCase();
  return [
    [
      `${name}, VLC`,
      `vlc ${scheme}://@${where}${reports ? ` --rtcp-port ${reports}` : ""}${group && local ? " --miface lo" : ""}`,
    ],
    [
      `${name}, ours`,
      `npx video-client ${group && !local ? `--interface ${at} ` : ""}${reports ? JSON.stringify(url) : url}`,
    ],
  ];
}
