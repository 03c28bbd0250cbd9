/** `doctor`: what the lessons need of this machine, and the line that mends what is missing. */
import { readFileSync } from "node:fs";
import { access, constants } from "node:fs/promises";

import { delimiter, join } from "node:path";
import { holderOfPort, type PortHolder } from "@socketscope/host";
import { listenTcp } from "@socketscope/socket-core";
import { parseWalkthrough } from "@socketscope/walkthroughs";
import type { Ground } from "./ground.ts";
import { isInspector, portsOfOurs } from "./ours.ts";
import { styleText } from "./style.ts";

type System = "debian" | "macos" | "windows";

interface Program {
  readonly name: string;
  /** The package that holds it, by system; undefined: it is there already, or there is none. */
  readonly packages: Readonly<Partial<Record<System, string>>>;
  readonly otherwise?: string;
}

const PROGRAMS: readonly Program[] = [
  {
    name: "bash",
    packages: { debian: "bash" },
    otherwise: "Git for Windows brings Git Bash; WSL has it, too",
  },
  { name: "curl", packages: { debian: "curl", macos: "curl", windows: "cURL.cURL" } },
  {
    name: "openssl",
    packages: { debian: "openssl", macos: "openssl", windows: "ShiningLight.OpenSSL.Light" },
  },
  { name: "ss", packages: { debian: "iproute2" }, otherwise: "npm run socket -- table shows the same" },
  {
    name: "swaks",
    packages: { debian: "swaks", macos: "swaks" },
    otherwise: "in WSL: sudo apt-get install swaks",
  },
  {
    name: "lftp",
    packages: { debian: "lftp", macos: "lftp" },
    otherwise: "in WSL: sudo apt-get install lftp",
  },
  {
    name: "sftp",
    packages: { debian: "openssh-client" },
    otherwise: "Settings, Optional features, OpenSSH Client",
  },
  {
    name: "ssh-keygen",
    packages: { debian: "openssh-client" },
    otherwise: "it comes with OpenSSH's client",
  },
  { name: "ffmpeg", packages: { debian: "ffmpeg", macos: "ffmpeg", windows: "Gyan.FFmpeg" } },
  { name: "ffprobe", packages: { debian: "ffmpeg", macos: "ffmpeg", windows: "Gyan.FFmpeg" } },
];

/** The ports of `npm start`, and of this workshop's inspector. */
export const PORTS = [8080, 8443, 2525, 2587, 2465, 2110, 2995, 8025, 2121, 2990, 2222, 8021, 8090].concat([
  1935, 4700,
]);

/** Exit code 1 when something is to be mended. */
export async function doctor(ground: Ground): Promise<number> {
  const { print, color } = ground;
  let wrong = 0;
  const say = (right: boolean, name: string, words: string): void => {
    if (!right) wrong += 1;
    const mark = right ? styleText("green", "ok", color) : styleText("yellow", "--", color);
    print(`${mark}  ${name.padEnd(12)} ${words}\n`);
  };
  say(
    nodeIsNew(),
    "node",
    `${process.version}${nodeIsNew() ? "" : ": at least 20.19 is needed, https://nodejs.org"}`,
  );
  for (const name of needed(ground)) {
    const place = await find(name);
    say(place !== undefined, name, place ?? cure(name, systemOf(process.platform)));
  }
  const ours = await portsOfOurs(ground.state);
  for (const port of PORTS) {
    const free = await isFree(port);
    const app = free ? undefined : (ours.get(port) ?? ((await isInspector(port)) ? "inspector" : undefined));
    if (free) say(true, `port ${port}`, "free");
    else if (app !== undefined) say(true, `port ${port}`, `our ${app} has it, and runs`);
    else say(false, `port ${port}`, takenBy(holderOfPort("127.0.0.1", port)));
  }
  print(wrong === 0 ? "All is there.\n" : `${wrong} to be mended; most lessons do without.\n`);
  return wrong === 0 ? 0 : 1;
}

function takenBy(holder: PortHolder | undefined): string {
  const who = holder === undefined ? "something else" : `${holder.name} (pid ${holder.pid})`;
  return `${who} has it: end that, or give our program another port (npm start -- APP --port N)`;
}

function nodeIsNew(): boolean {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  return major > 20 || (major === 20 && minor >= 19);
}

/** What README's first five minutes try beside curl. */
const TRIED_FIRST = ["swaks", "lftp"];

/** What the lessons' texts name as needed, the shell they speak to, and README's first tries. */
export function needed({ root, lessons }: Pick<Ground, "root" | "lessons">): string[] {
  const files = new Set(lessons.map(({ file }) => file));
  const steps = [...files].flatMap(
    (file) => parseWalkthrough(file, readFileSync(join(root, file), "utf8")).steps,
  );
  return [...new Set(["bash", ...steps.flatMap(({ needs }) => needs), ...TRIED_FIRST])];
}

/** The line that mends it. */
export function cure(name: string, system: System): string {
  const program = PROGRAMS.find((one) => one.name === name);
  const found = program?.packages[system];
  const line =
    found === undefined
      ? undefined
      : {
          debian: `sudo apt-get install ${found}`,
          macos: `brew install ${found}`,
          windows: `winget install ${found}`,
        }[system];
  return `not found: ${line ?? program?.otherwise ?? `install ${name}`}`;
}

function systemOf(platform: NodeJS.Platform): System {
  if (platform === "darwin") return "macos";
  return platform === "win32" ? "windows" : "debian";
}

async function find(name: string): Promise<string | undefined> {
  const endings = process.platform === "win32" ? [".exe", ".cmd", ""] : [""];
  for (const folder of `${process.env["PATH"] ?? ""}${delimiter}/usr/sbin${delimiter}/sbin`.split(
    delimiter,
  )) {
    for (const ending of endings) {
      const path = join(folder, `${name}${ending}`);
      if (
        await access(path, constants.X_OK).then(
          () => true,
          () => false,
        )
      )
        return path;
    }
  }
  return undefined;
}

async function isFree(port: number): Promise<boolean> {
  try {
    await using listener = await listenTcp({ host: "127.0.0.1", port, protocol: "raw" }, (stream) =>
      stream.destroy("we-ended"),
    );
    return listener.address.port === port;
  } catch {
    return false;
  }
}
