/**
 * Two machines on a cable, as Linux network namespaces: what a test sends there reaches nobody else, and what does
 * not arrive on the other side has not left. Needs root; `namespaces.it(…)` skips by name without it, and fails in CI.
 */
import { execFileSync } from "node:child_process";
import { LaunchError } from "./launch-error.ts";
import { findProgram, needing, type RealClients } from "./real-client.ts";
import { run, type RunOptions, type RunResult } from "./run.ts";
import { Spawned, type SpawnOptions } from "./spawned.ts";

export const namespaces: RealClients = needing(whyNone());

function whyNone(): string | undefined {
  if (process.platform !== "linux") return "network namespaces are Linux's";
  if (process.getuid?.() !== 0) return "only root may make a network namespace";
  return findProgram("ip") === undefined ? "ip is not installed, see tools/setup-clients.sh" : undefined;
}

/** One side: a loopback of its own and the interface `cable`. */
export class NetworkNamespace {
  readonly name: string;
  /** Of `cable`; of the loopback where there is none. */
  readonly ipv4: string;
  readonly ipv6: string;

  constructor(name: string, ipv4: string, ipv6: string) {
    this.name = name;
    this.ipv4 = ipv4;
    this.ipv6 = ipv6;
  }

  /** Runs a program inside, to its end. */
  run(program: string, args: readonly string[], options?: RunOptions): Promise<RunResult> {
    return run("ip", ["netns", "exec", this.name, program, ...args], options);
  }

  /** A program that stays. */
  spawn(program: string, args: readonly string[], options?: SpawnOptions): Spawned {
    return new Spawned("ip", ["netns", "exec", this.name, program, ...args], options);
  }
}

/** A machine with its loopback and nothing else, as in a room without network. */
export class NoNetwork extends NetworkNamespace implements Disposable {
  constructor() {
    super(`socketscope-${process.pid}-${++made}-alone`, "127.0.0.1", "::1");
    ip("netns", "add", this.name);
    ip("-n", this.name, "link", "set", "lo", "up");
  }

  [Symbol.dispose](): void {
    ip("netns", "del", this.name);
  }
}

let made = 0;

/** `here` 10.77.0.1, fd77::1 ⇄ `there` 10.77.0.2, fd77::2 (/24, /64; multicast and broadcast as on any cable). */
export class NetworkPair implements Disposable {
  readonly here: NetworkNamespace;
  readonly there: NetworkNamespace;

  constructor() {
    const name = `socketscope-${process.pid}-${++made}`;
    this.here = new NetworkNamespace(`${name}-here`, "10.77.0.1", "fd77::1");
    this.there = new NetworkNamespace(`${name}-there`, "10.77.0.2", "fd77::2");
    try {
      this.#make();
    } catch (error) {
      this[Symbol.dispose]();
      throw error;
    }
  }

  #make(): void {
    const sides = [this.here, this.there];
    for (const { name } of sides) ip("netns", "add", name);
    const [a, b] = [this.here.name, this.there.name];
    ip("-n", a, "link", "add", "cable", "type", "veth", "peer", "name", "cable", "netns", b);
    for (const { name, ipv4, ipv6 } of sides) {
      ip("-n", name, "addr", "add", `${ipv4}/24`, "brd", "+", "dev", "cable");
      // nodad: an address is there at once, and not after a second in which the kernel asks whether it is taken
      ip("-n", name, "addr", "add", `${ipv6}/64`, "dev", "cable", "nodad");
      for (const device of ["lo", "cable"]) ip("-n", name, "link", "set", device, "up");
    }
    for (const { name } of sides) awaitCarrier(name);
  }

  [Symbol.dispose](): void {
    for (const { name } of [this.here, this.there]) {
      try {
        ip("netns", "del", name);
      } catch {
        // it was never made
      }
    }
  }
}

/** Milliseconds in which a cable between two interfaces that are up must carry. */
const CARRIER_TIMEOUT_MS = 60_000;
const LOOK_EVERY_MS = 10;

/**
 * Linux notices a cable's carrier up to a second after both ends are up (link events are handled once a second), and
 * until then loses without a word what is sent: IPv6 has no route for groups before that.
 */
function awaitCarrier(namespace: string): void {
  for (let waited = 0; waited < CARRIER_TIMEOUT_MS; waited += LOOK_EVERY_MS) {
    const link = ip("-n", namespace, "link", "show", "dev", "cable");
    const groups = ip("-n", namespace, "-6", "route", "show", "table", "local", "type", "multicast");
    if (/ state UP /.test(link) && /^multicast ff00::\/8 dev cable /m.test(groups)) return;
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, LOOK_EVERY_MS);
  }
  throw new LaunchError("SETUP", `the cable of ${namespace} carries nothing after ${CARRIER_TIMEOUT_MS} ms`);
}

function ip(...args: readonly string[]): string {
  return execFileSync("ip", args, { stdio: "pipe", timeout: 60_000, encoding: "utf8" });
}
