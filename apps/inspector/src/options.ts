/** The command line of the inspector that runs; its other words (tail, record, …) have their own. */
import { kinds, serverOptions, type OptionReader, type ServerOptions } from "@socketscope/host";

export interface InspectorOptions extends ServerOptions<"hand"> {
  readonly port: number;
  readonly tapPort: number | "off";
  readonly showSecrets: boolean;
  /** The page can hold, change and refuse nothing. */
  readonly lookOnly: boolean;
  /** A recording to be shown; then no taps are taken. */
  readonly replay: string | undefined;
  /** Octets of sockets kept in memory. */
  readonly keep: number;
  /** The system's niceness: 0 as everybody, 19 only what nobody else wants. */
  readonly priority: number;
}

/** Milliseconds: a page that follows live is never idle, see the heartbeat of its event stream. */
const IDLE = 120_000;

export function inspectorOptions(read: OptionReader): InspectorOptions {
  read.group("The inspector:");
  const own = {
    port: read.one("port", kinds.port, { help: "the page", default: 4700 }),
    tapPort: read.one("tap-port", kinds.orOff(kinds.port), {
      help: "take taps over TCP as well, from who knows the token",
      default: "off",
    }),
    keep: read.one("keep", kinds.size(), {
      help: "octets of sockets kept in memory",
      default: 64 * 1024 * 1024,
      shown: "64M",
    }),
    priority: read.one("priority", kinds.integer(0, 19), {
      help: "niceness: servers come before it (0: as everybody)",
      default: 10,
    }),
    replay: read.maybe("replay", kinds.path("FILE"), { help: "show a recording instead of what runs" }),
    lookOnly: read.flag("look-only", {
      help: "the page takes no part: no holding, no faults, no rules (always so beyond loopback)",
    }),
    showSecrets: read.flag("show-secrets", {
      help: "show passwords and cookies: for a lab, not for a wall",
    }),
  };
  return { ...own, ...serverOptions(read, { engines: ["hand"], idle: IDLE, env: process.env }) };
}
