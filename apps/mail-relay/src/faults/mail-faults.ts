/** The faults that are on, changed through the control socket: off by default, and seen in log and page when on. */
import { ControlProblem, type ControlResources } from "@socketscope/host";
import type { ListenerRole } from "../engine/engine.ts";
import { describeFault, fits, parseMailFault, type MailFault, type Stage } from "./fault.ts";

export interface NumberedFault extends MailFault {
  readonly id: number;
  /** How often it has struck. */
  readonly struck: number;
}

/** Where a session stands when a fault may strike. */
export interface Moment {
  readonly stage: Stage;
  readonly listener: ListenerRole;
  readonly sender: string | undefined;
  readonly recipients: readonly string[];
  /** From 0 to below 1, one for the whole session: a share of sessions, not of commands. */
  readonly lot: number;
}

const MAX_FAULTS = 256;

export class MailFaults {
  readonly #faults = new Map<number, { readonly fault: MailFault; struck: number }>();
  #lastId = 0;
  readonly #onChange: (what: string) => void;
  readonly #watchers = new Set<() => void>();

  /** `onChange`: for the log. */
  constructor(onChange: (what: string) => void = () => undefined) {
    this.#onChange = onChange;
  }

  get none(): boolean {
    return this.#faults.size === 0;
  }

  list(): readonly NumberedFault[] {
    return [...this.#faults].map(([id, { fault, struck }]) => ({ id, ...fault, struck }));
  }

  /** Throws {@link ControlProblem} 400 when there are too many. */
  add(fault: MailFault): NumberedFault {
    if (this.#faults.size >= MAX_FAULTS)
      throw new ControlProblem(400, "MAIL_FAULT", `at most ${MAX_FAULTS} faults at once`);
    const id = ++this.#lastId;
    this.#faults.set(id, { fault, struck: 0 });
    this.#changed(`fault ${id} is on: ${describeFault(fault)}`);
    return { id, ...fault, struck: 0 };
  }

  remove(id: number): boolean {
    const was = this.#faults.delete(id);
    if (was) this.#changed(`fault ${id} is off`);
    return was;
  }

  clear(): void {
    if (this.none) return;
    this.#faults.clear();
    this.#changed("all faults are off");
  }

  /** Told when one comes, goes or strikes; returns what ends it. */
  watch(watcher: () => void): () => void {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  /** The first that fits. */
  strike(moment: Moment): MailFault | undefined {
    for (const entry of this.#faults.values()) {
      if (!strikes(entry.fault, moment)) continue;
      entry.struck++;
      this.#tell();
      return entry.fault;
    }
    return undefined;
  }

  #changed(what: string): void {
    this.#onChange(what);
    this.#tell();
  }

  #tell(): void {
    for (const watcher of this.#watchers) watcher();
  }

  /** `/mail-faults`, `/mail-faults/{id}`. */
  get resources(): ControlResources {
    return {
      "/mail-faults": {
        GET: () => this.list(),
        POST: async (request) => this.add(parseMailFault(await request.json())),
        DELETE: () => this.clear(),
      },
      "/mail-faults/{id}": {
        DELETE: ({ params }) => {
          if (!this.remove(Number(params["id"])))
            throw new ControlProblem(404, "MAIL_FAULT", `there is no fault ${params["id"] ?? ""}`);
        },
      },
    };
  }
}

function strikes(fault: MailFault, moment: Moment): boolean {
  if (fault.stage !== moment.stage || moment.lot >= fault.share) return false;
  if (fault.listener !== undefined && fault.listener !== moment.listener) return false;
  if (fault.sender !== undefined && !fits(fault.sender, moment.sender ?? "")) return false;
  return fault.recipient === undefined || moment.recipients.some((one) => fits(fault.recipient, one));
}
