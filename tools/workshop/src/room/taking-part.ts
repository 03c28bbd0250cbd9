/** A participant's side: tells the room how far one is, for as long as `start` runs, and only when `--join` was given. */
import { createHash } from "node:crypto";
import { hostname } from "node:os";
import { describeError } from "@socketscope/host";
import { collect, HttpAgent } from "@socketscope/web";
import { readProgress } from "../progress.ts";
import type { Report } from "./report.ts";

export interface Joining {
  readonly host: string;
  readonly port: number;
  readonly token: string;
  readonly name: string;
}

export interface TakingPartOptions {
  readonly state: string;
  readonly room: Joining;
  readonly print: (text: string) => void;
  /** The facilitator lets all begin anew. */
  readonly anew: () => void;
}

/** Milliseconds between two looks at the progress, and between two words to the room when it is as it was. */
const LOOK = 1000;
const WORD = 5000;
/** Milliseconds for the room's answer, and octets of it. */
const LATE = 5000;
const MAX_ANSWER = 4096;

export class TakingPart implements Disposable {
  readonly #options: TakingPartOptions;
  readonly #agent = new HttpAgent({ deadlines: { connect: LATE, firstByte: LATE, content: LATE } });
  readonly #seat: string;
  #timer: NodeJS.Timeout | undefined;
  #told = "";
  #at = -Infinity;
  /** How often all have begun anew, as the room said first. */
  #beginning: number | undefined;
  #silent = false;
  #ended = false;

  constructor(options: TakingPartOptions) {
    this.#options = options;
    this.#seat = createHash("sha256").update(`${hostname()}\0${options.state}`).digest("hex").slice(0, 16);
    void this.#look();
  }

  [Symbol.dispose](): void {
    // A word may be on its way: its answer is for nobody.
    this.#ended = true;
    clearTimeout(this.#timer);
    this.#agent[Symbol.dispose]();
  }

  /** Never rejects. */
  async #look(): Promise<void> {
    try {
      const goesOn = await this.#report();
      if (!goesOn) return;
    } catch (error) {
      if (!this.#silent && !this.#ended)
        this.#options.print(
          `The room does not answer (${describeError(error)}): your progress is here all the same.\n`,
        );
      this.#silent = true;
    }
    if (!this.#ended) this.#timer = setTimeout(() => void this.#look(), LOOK);
  }

  /** False when there is no more to be told. */
  async #report(): Promise<boolean> {
    const { state, room, print, anew } = this.#options;
    const progress = await readProgress(state);
    if (progress === undefined) return true;
    const { lesson, step, done } = progress;
    const report: Report = { name: room.name, seat: this.#seat, lesson, step, done };
    const content = JSON.stringify(report);
    const now = performance.now();
    if (content === this.#told && now - this.#at < WORD) return true;
    const host = room.host.includes(":") ? `[${room.host}]` : room.host;
    const response = await this.#agent.request({
      method: "POST",
      url: `http://${host}:${room.port}/report`,
      fields: ["Authorization", `Bearer ${room.token}`, "Content-Type", "application/json"],
      content,
    });
    const answer: unknown = JSON.parse(Buffer.from(await collect(response.body, MAX_ANSWER)).toString());
    const { status } = response;
    this.#silent = false;
    if (status === 200) {
      this.#told = content;
      this.#at = now;
      if (this.#isNew(answer)) anew();
      return true;
    }
    if (status === 503) return true;
    print(`You do not take part in the room: ${whyOf(answer)}. The lessons go on.\n`);
    return false;
  }

  /** The first word only says how things stand. */
  #isNew(answer: unknown): boolean {
    if (typeof answer !== "object" || answer === null || !("beginning" in answer)) return false;
    const { beginning } = answer;
    if (typeof beginning !== "number") return false;
    const before = this.#beginning;
    this.#beginning = beginning;
    return before !== undefined && before !== beginning;
  }
}

function whyOf(answer: unknown): string {
  const why = typeof answer === "object" && answer !== null && "why" in answer ? answer.why : undefined;
  // Another machine said it: what a terminal would obey is left out.
  return typeof why === "string" ? why.slice(0, 200).replaceAll(/\p{Cc}/gu, "") : "it gave no reason";
}
