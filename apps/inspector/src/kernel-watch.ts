/**
 * What the system's own table says of our sockets, told as it changes, while somebody looks: states of connections and of
 * listeners, and the process at the other end where that is on this machine.
 */
import { type GroupTable, joinedOf, readGroupTable } from "./group-table.ts";
import { isGroup } from "./groups.ts";
import { kernelKey, type KernelSocket, listenerKey, readKernelTable } from "./kernel-table.ts";
import { processesOf } from "./peer-process.ts";
import type { Store } from "./store/store.ts";
import type { Change, JoinedView } from "./views.ts";

/** Milliseconds between two looks while something happens, and while nothing does. */
const EVERY = 250;
const EVERY_AT_REST = 1000;
/** Milliseconds between two looks out of turn, for a new socket. */
const SOON = 20;
/**
 * Part of a core that looking may take in the long run, and milliseconds that it may take at once after a rest. A table of
 * ten lines takes some milliseconds, as the system goes through all the places where sockets could be; one of 40,000 a second.
 */
const SHARE = 0.01;
const AT_ONCE = 40;

type Table = ReadonlyMap<string, KernelSocket>;

export class KernelWatch {
  readonly #store: Store;
  readonly #tell: (change: Extract<Change, { type: "states" | "listening" | "joined" }>) => void;
  /** As told last, by socket; by source and URL. */
  readonly #states = new Map<number, string>();
  readonly #listening = new Map<string, string>();
  /** By group. */
  readonly #joined = new Map<string, string>();
  /** Sockets whose process was looked for. */
  readonly #named = new Set<number>();
  #timer: NodeJS.Timeout | undefined;
  #looks = false;
  /** Something was said since the last look. */
  #stirred = false;
  /** When that ended, on the clock of `performance.now()`, and milliseconds that the next ones may take. */
  #ended = -EVERY_AT_REST;
  #left = AT_ONCE;

  constructor(
    store: Store,
    tell: (change: Extract<Change, { type: "states" | "listening" | "joined" }>) => void,
  ) {
    this.#store = store;
    this.#tell = tell;
  }

  start(): void {
    this.#timer ??= setInterval(() => {
      if (this.#stirred || performance.now() >= this.#ended + EVERY_AT_REST) void this.#look();
    }, EVERY);
  }

  /** Who follows next must be told of all. */
  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#states.clear();
    this.#listening.clear();
    this.#joined.clear();
    this.#named.clear();
  }

  /** A socket has changed. Where it is new it is looked at out of turn: many a client is gone in 250 ms. */
  touched(socket: number): void {
    this.#stirred = true;
    if (this.#timer === undefined || this.#named.has(socket)) return;
    void this.#look();
  }

  forgotten(sockets: readonly number[]): void {
    for (const key of sockets) {
      this.#states.delete(key);
      this.#named.delete(key);
    }
  }

  async #look(): Promise<void> {
    const begun = performance.now();
    const left = Math.min(AT_ONCE, this.#left + (begun - this.#ended) * SHARE);
    if (this.#looks || left <= 0 || begun < this.#ended + SOON) return;
    this.#looks = true;
    this.#stirred = false;
    try {
      const table = await readKernelTable();
      if (table === undefined) return;
      await this.#nameProcesses(table);
      this.#tellStates(table);
      this.#tellListening(table);
      const groups = this.#groups();
      if (groups.size > 0) this.#tellJoined(groups, await readGroupTable());
    } finally {
      this.#looks = false;
      this.#ended = performance.now();
      this.#left = left - (this.#ended - begun);
    }
  }

  #tellStates(table: Table): void {
    const states: (readonly [number, string])[] = [];
    for (const [key, { open, flow }] of this.#store.sockets) {
      const state = open ? table.get(kernelKey(flow.local, flow.remote))?.state : undefined;
      if (state === undefined || this.#states.get(key) === state) continue;
      this.#states.set(key, state);
      states.push([key, state]);
    }
    if (states.length > 0) this.#tell({ type: "states", states });
  }

  /** "": the table has no such listener any more. */
  #tellListening(table: Table): void {
    const listening: (readonly [number, string, string])[] = [];
    for (const { key, here, listeners } of this.#store.sources) {
      if (!here) continue;
      for (const { url } of listeners) {
        const name = listenerKey(url);
        if (name === undefined) continue;
        const state = table.get(name)?.state ?? "";
        if ((this.#listening.get(`${key} ${url}`) ?? "") === state) continue;
        this.#listening.set(`${key} ${url}`, state);
        listening.push([key, url, state]);
      }
    }
    if (listening.length > 0) this.#tell({ type: "listening", listening });
  }

  /** That are sent to now. */
  #groups(): ReadonlySet<string> {
    const groups = new Set<string>();
    for (const { open, flow } of this.#store.sockets.values())
      if (open && flow.transport === "udp" && isGroup(flow.remote.host)) groups.add(flow.remote.host);
    return groups;
  }

  #tellJoined(groups: ReadonlySet<string>, table: GroupTable | undefined): void {
    const joined: (readonly [string, readonly JoinedView[]])[] = [];
    for (const group of groups) {
      const now = joinedOf(table, group);
      const text = JSON.stringify(now);
      if (now === undefined || this.#joined.get(group) === text) continue;
      this.#joined.set(group, text);
      joined.push([group, now]);
    }
    if (joined.length > 0) this.#tell({ type: "joined", joined });
  }

  /** Of each open socket once: its other end, where that is on this machine, has a line of its own in the table. */
  async #nameProcesses(table: Table): Promise<void> {
    const asked = new Map<string, number>();
    for (const [key, { open, flow }] of this.#store.sockets) {
      if (!open || this.#named.has(key)) continue;
      this.#named.add(key);
      const inode = table.get(kernelKey(flow.remote, flow.local))?.inode;
      if (inode !== undefined && inode !== "0") asked.set(inode, key);
    }
    if (asked.size === 0) return;
    for (const [inode, name] of await processesOf(new Set(asked.keys())))
      this.#store.nameProcess(asked.get(inode) ?? 0, name);
  }
}
