/** `--room`: the facilitator's page on this machine, and, only when asked, reports of the local network. */
import { networkInterfaces } from "node:os";
import { createLog, describeError, generatePassword, isLoopback, listenOn, Secrets } from "@socketscope/host";
import { type Listener, listenTcp } from "@socketscope/socket-core";
import { guard, type Handler, serveHttp } from "@socketscope/web";
import type { Lesson } from "../lesson.ts";
import { reportHandler } from "./reports.ts";
import { Room } from "./room.ts";
import { RoomPage } from "./room-page.ts";

export interface RoomOptions {
  readonly lessons: readonly Lesson[];
  /** Addresses beyond loopback on which reports are taken. */
  readonly hosts: readonly string[];
  readonly port: number;
  /** Milliseconds of a clock that only goes forward. Default: the process's own. */
  readonly now?: () => number;
}

export interface OpenRoom {
  readonly page: string;
  /** What participants type, the nearest address first. */
  readonly joining: readonly string[];
  /** Who has it may report. */
  readonly token: string;
  close(): Promise<void>;
}

/** Connections at once: of the page, and of everybody's reports. */
const MAX_CONNECTIONS = 500;
/** Milliseconds for what runs at the end. */
const DRAIN = 500;

/** Throws ListenError. */
export async function openRoom({
  lessons,
  hosts,
  port,
  now = () => performance.now(),
}: RoomOptions): Promise<OpenRoom> {
  const token = generatePassword();
  const room = new Room(now);
  const report = reportHandler(room, token, lessons);
  let joining: readonly string[] = [];
  const page = new RoomPage({ room, lessons, joining: () => joining, report });
  const log = createLog({
    app: "workshop",
    format: "text",
    secrets: new Secrets(),
    write: (line) => process.stderr.write(line),
  });
  const onError = (error: unknown): void => log.error(`a request failed: ${describeError(error)}`);
  const open = (at: readonly string[], wanted: number, handler: Handler): Promise<Listener[]> =>
    listenOn({ hosts: at, port: wanted, option: "--room-port N", log }, (host, free) =>
      listenTcp({ host, port: free, protocol: "http", maxConnections: MAX_CONNECTIONS }, (stream) =>
        serveHttp(stream, handler, { onError }),
      ),
    );
  const far = hosts.filter((host) => !isLoopback(host));
  const here = await open(["127.0.0.1", "::1"], port, page.handler);
  const chosen = here[0]?.address.port ?? port;
  const close = async (listeners: readonly Listener[]): Promise<void> => {
    page.close();
    await Promise.all(listeners.map((listener) => listener.drain(DRAIN)));
  };
  try {
    // Whoever is elsewhere can report, and see nothing.
    const there = await open(far, chosen, guard(report));
    joining = [...far.flatMap(reached), "127.0.0.1"].map(
      (host) => `npm run workshop -- start --join ${formatAt(host)}:${chosen}#${token} --name YOURNAME`,
    );
    return { page: `http://127.0.0.1:${chosen}/`, joining, token, close: () => close([...here, ...there]) };
  } catch (error) {
    await close(here);
    throw error;
  }
}

function formatAt(host: string): string {
  return host.includes(":") ? `[${host}]` : host;
}

/** Where others find who listens there: of "every address" those that this machine has. */
function reached(host: string): string[] {
  if (host !== "0.0.0.0" && host !== "::") return [host];
  return Object.values(networkInterfaces())
    .flatMap((all) => all ?? [])
    .filter(({ internal, family }) => !internal && family === (host === "::" ? "IPv6" : "IPv4"))
    .map(({ address }) => address);
}
