/** What we start ends with us, also where we are killed and can say nothing to anybody. */
import { type ChildProcess, spawn } from "node:child_process";
import { Socket } from "node:net";
import type { Writable } from "node:stream";

/**
 * Keeps the numbers that are written to it, and ends those groups when we are gone: its input ends then. Asked first, as
 * an app may have children in groups of their own, and after two seconds not asked.
 */
const KEEPER = `
all=" "
while read -r what pid; do
  case $what in
    +) all="$all$pid " ;;
    -) case "$all" in *" $pid "*) all="\${all%% $pid *} \${all#* $pid }" ;; esac ;;
  esac
done
for pid in $all; do kill -s TERM -- "-$pid"; done
tries=0
while [ $tries -lt 20 ]; do
  left=
  for pid in $all; do kill -s 0 -- "-$pid" && left=yes; done
  [ -n "$left" ] || exit 0
  sleep 0.1
  tries=$((tries + 1))
done
for pid in $all; do kill -s KILL -- "-$pid"; done
`;

let keeper: Writable | undefined;

/** Of a child that was started with `detached`: its group is ended when this process is, however that comes. */
export function endsWithUs(child: ChildProcess): void {
  const { pid } = child;
  if (pid === undefined) return;
  keeper ??= startKeeper();
  keeper.write(`+ ${pid}\n`);
  child.once("close", () => keeper?.write(`- ${pid}\n`));
}

function startKeeper(): Writable {
  const started = spawn("sh", ["-c", KEEPER], { stdio: ["pipe", "ignore", "ignore"], detached: true });
  // Without a shell things go on, and are ended as long as we are there.
  started.on("error", () => undefined);
  started.stdin.on("error", () => undefined);
  started.unref();
  if (started.stdin instanceof Socket) started.stdin.unref();
  return started.stdin;
}
