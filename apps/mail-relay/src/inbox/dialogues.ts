/** The dialogues of all SMTP sessions: kept with the messages they brought, and in a list where one was refused or broken off. */
import { link, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describeReply, type Reply } from "@socketscope/smtp";
import type { CloseReason, Flow, Tap } from "@socketscope/socket-core";
import type { MessageBook } from "../reception/noted-conversation.ts";
import type { SessionBook } from "../reception/reception-options.ts";
import { Dialogue, type DialogueLine } from "./dialogue.ts";

export interface KeptDialogue {
  readonly remote: string;
  readonly local: string;
  /** Milliseconds since 1970. */
  readonly opened: number;
  readonly reason: CloseReason | undefined;
  readonly lines: readonly DialogueLine[];
}

export interface FailedSession extends KeptDialogue {
  readonly id: number;
  /** What was refused, with our reply; the last ones. Or that it broke off within a message, for which there is no reply. */
  readonly refusals: readonly string[];
  /** Messages that it brought all the same; the refusals are those of the others then. */
  readonly brought: number;
}

export interface DialogueLimits {
  /** Failed sessions in the list. */
  readonly failed: number;
  /** Dialogues on the disk; the oldest go. */
  readonly kept: number;
}

const defaultLimits: DialogueLimits = { failed: 500, kept: 20_000 };
const MAX_REFUSALS = 20;
const BROKEN_OFF = "Broken off in the middle of the message";

interface Open {
  readonly flow: Flow;
  readonly dialogue: Dialogue;
  readonly opened: number;
  /** Those it brought into mailboxes. */
  readonly messages: string[];
  readonly refusals: string[];
  /** It is within the content of a message. */
  receiving: boolean;
  /** Refusals of the message that is being spoken of, and of those before it that were not brought. */
  pending: string[];
  readonly lost: string[];
  /** Messages that it brought, wherever they went. */
  brought: number;
}

export class Dialogues implements SessionBook {
  readonly #folder: string;
  readonly #limits: DialogueLimits;
  readonly #open = new Map<number, Open>();
  /** Message to the open session that brought it. */
  readonly #bringing = new Map<string, Open>();
  readonly #failed: FailedSession[] = [];
  readonly #names: string[];
  readonly #onError: (error: unknown) => void;
  readonly #watchers = new Set<() => void>();
  #messages = 0;

  private constructor(
    folder: string,
    limits: DialogueLimits,
    names: string[],
    onError: (error: unknown) => void,
  ) {
    this.#folder = folder;
    this.#limits = limits;
    this.#names = names;
    this.#onError = onError;
  }

  static async open(
    folder: string,
    onError: (error: unknown) => void,
    limits: Partial<DialogueLimits> = {},
  ): Promise<Dialogues> {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    // The names begin with the time: sorted, the oldest is first.
    const names = (await readdir(folder)).filter((name) => name.endsWith(".json")).toSorted();
    return new Dialogues(folder, { ...defaultLimits, ...limits }, names, onError);
  }

  /** To be plugged into the SMTP listeners' tap. */
  readonly tap: Tap = {
    opened: (flow) => {
      const dialogue = new Dialogue(() => performance.now());
      this.#open.set(flow.id, {
        flow,
        dialogue,
        opened: Date.now(),
        messages: [],
        refusals: [],
        receiving: false,
        pending: [],
        lost: [],
        brought: 0,
      });
    },
    refused: () => undefined,
    speaks: () => undefined,
    bytes: (flow, direction, octets) => this.#open.get(flow.id)?.dialogue.bytes(direction, octets),
    secured: (flow, protocol, cipher) => this.#open.get(flow.id)?.dialogue.secured(protocol, cipher),
    closed: (flow, reason) => this.#over(flow, reason),
  };

  /** Messages taken since the start. */
  get messages(): number {
    return this.#messages;
  }

  /** The newest first. */
  get failed(): readonly FailedSession[] {
    return this.#failed.toReversed();
  }

  watch(watcher: () => void): () => void {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  /** By the `id` of our Received field. */
  async of(id: string): Promise<KeptDialogue | undefined> {
    const bringing = this.#bringing.get(id);
    if (bringing !== undefined) return keep(bringing, undefined);
    if (!/^[a-z0-9]{6,64}$/.test(id)) return undefined;
    const text = await readFile(join(this.#folder, `${id}.json`), "utf8").catch(() => undefined);
    return text === undefined ? undefined : kept(text);
  }

  // ── SessionBook
  loginFailed(flow: Flow, user: string): void {
    this.#note(flow, `535 5.7.8 login as ${user === "" ? "nobody" : user}: name or password is wrong`);
  }

  refused(flow: Flow, what: string, reply: Reply): void {
    this.#note(flow, described(what, reply));
  }

  messagesOf({ id }: Flow): MessageBook {
    return {
      begun: () => lose(this.#open.get(id)),
      lost: (what, reply) => void this.#open.get(id)?.pending.push(described(what, reply)),
      receiving: (isReceiving) => {
        const open = this.#open.get(id);
        if (open !== undefined) open.receiving = isReceiving;
      },
    };
  }

  brought(flow: Flow, id: string | undefined): void {
    this.#messages++;
    const open = this.#open.get(flow.id);
    if (open === undefined) return;
    open.brought++;
    open.pending = [];
    if (id === undefined) return;
    open.messages.push(id);
    this.#bringing.set(id, open);
  }

  closed(): void {
    // The tap tells it, behind the last octet.
  }

  #note(flow: Flow, line: string): void {
    const refusals = this.#open.get(flow.id)?.refusals;
    refusals?.push(line);
    if (refusals !== undefined && refusals.length > MAX_REFUSALS) refusals.shift();
  }

  #over(flow: Flow, reason: CloseReason): void {
    const open = this.#open.get(flow.id);
    this.#open.delete(flow.id);
    if (open === undefined) return;
    open.dialogue.ended();
    lose(open);
    if (open.receiving) {
      // Whom we cut off has heard why, and that is noted.
      if (open.refusals.length === 0 || reason === "peer-ended" || reason === "io")
        open.refusals.push(BROKEN_OFF);
      open.lost.push(open.refusals.at(-1) ?? BROKEN_OFF);
    }
    const said = keep(open, reason);
    this.#write(open.messages, said)
      .catch(this.#onError)
      .finally(() => {
        for (const id of open.messages) this.#bringing.delete(id);
      });
    const { brought, lost } = open;
    const refusals = brought > 0 ? lost : open.refusals;
    if (refusals.length === 0) return;
    this.#failed.push({ id: flow.id, refusals, brought, ...said });
    if (this.#failed.length > this.#limits.failed) this.#failed.shift();
    for (const watcher of this.#watchers) watcher();
  }

  /** One file, with a name for each message. */
  async #write([first, ...others]: readonly string[], said: KeptDialogue): Promise<void> {
    if (first === undefined) return;
    const path = (id: string): string => join(this.#folder, `${id}.json`);
    await writeFile(path(first), JSON.stringify(said), { mode: 0o600 });
    await this.#named(first);
    let last = first;
    for (const id of others) {
      await link(path(last), path(id));
      last = id;
      await this.#named(id);
    }
  }

  async #named(id: string): Promise<void> {
    this.#names.push(`${id}.json`);
    const oldest = this.#names.length > this.#limits.kept ? this.#names.shift() : undefined;
    if (oldest !== undefined) await rm(join(this.#folder, oldest), { force: true });
  }
}

function described(what: string, reply: Reply): string {
  const said = describeReply(reply);
  // What ends a session is named by the words of its reply.
  return said.endsWith(what) ? said : `${said} (to ${what})`;
}

/** The message that was spoken of did not come. */
function lose(open: Open | undefined): void {
  if (open === undefined) return;
  open.lost.push(...open.pending);
  open.lost.splice(0, open.lost.length - MAX_REFUSALS);
  open.pending = [];
}

function keep({ flow, dialogue, opened }: Open, reason: CloseReason | undefined): KeptDialogue {
  const { local, remote } = flow;
  return {
    remote: `${remote.host}:${remote.port}`,
    local: `${local.host}:${local.port}`,
    opened,
    reason,
    lines: dialogue.lines,
  };
}

function kept(text: string): KeptDialogue | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isKept(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isKept(value: unknown): value is KeptDialogue {
  return (
    typeof value === "object" &&
    value !== null &&
    "lines" in value &&
    Array.isArray(value.lines) &&
    "remote" in value &&
    typeof value.remote === "string"
  );
}
