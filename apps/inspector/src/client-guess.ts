/** A client by its own words: the strings programs send. A guess, never a proof. */
import { decodeLatin1, type Message } from "@socketscope/wire";

const PROGRAMS: readonly (readonly [pattern: RegExp, name: string])[] = [
  [/Thunderbird\/?([\d.]*)/, "Thunderbird"],
  [/Firefox\/([\d.]+)/, "Firefox"],
  [/HeadlessChrome\/([\d]+)/, "Chromium"],
  [/Edg\/([\d]+)/, "Edge"],
  [/Chrome\/([\d]+)/, "Chromium"],
  [/Version\/([\d.]+).* Safari\//, "Safari"],
  [/curl\/([\d.]+)/, "curl"],
  [/Wget\/([\d.]+)/, "wget"],
  [/VLC\/([\d.]+)/, "VLC"],
  [/Lavf\/([\d.]+)/, "ffmpeg"],
  [/libmpv/, "mpv"],
  [/NeoMutt\/?(\d*)/, "NeoMutt"],
  [/Mutt\/([\d.]+)/, "mutt"],
  [/s-nail v([\d.]+)/, "s-nail"],
  [/swaks/i, "swaks"],
  [/CLNT lftp\/([\d.]+)/, "lftp"],
  [/FileZilla(?:_([\d.]+))?/, "FileZilla"],
  [/SSH-2\.0-OpenSSH_([\w.]+)/, "OpenSSH"],
  [/socketscope[\w-]*\/([\d.]+)/i, "Socketscope"],
  [/python-requests\/([\d.]+)/, "Python"],
];

/** Kinds of messages in which a client may say who it is. */
const TELLING = new Set(["request", "command", "content", "chunk"]);

/** `message`: of the client. */
export function guessClient(protocol: string, message: Message, octets: Uint8Array): string | undefined {
  // RFC 4253 §4.2: each end's first line says its program's name.
  if (!TELLING.has(message.kind) && protocol !== "ssh") return undefined;
  const text = decodeLatin1(octets, 0, octets.length);
  const where = protocol === "http" ? (/^user-agent:.*$/im.exec(text)?.[0] ?? "") : text;
  for (const [pattern, name] of PROGRAMS) {
    const found = pattern.exec(where);
    if (found !== null) return found[1] === undefined || found[1] === "" ? name : `${name} ${found[1]}`;
  }
  return undefined;
}
