/** What the page's forms ask for; they work without script, and lead back to where they came from. */
import { codeOf } from "@socketscope/host";
import type { Request, Response } from "@socketscope/web";
import type { Mailboxes } from "../mailboxes/mailboxes.ts";
import { QUEUE_COMMANDS, type QueueDesk } from "../queue/queue-desk.ts";
import { problem } from "./answers.ts";
import { NotReleased, type Release } from "./release.ts";

export interface FormOptions {
  readonly mailboxes: Mailboxes;
  readonly desk: QueueDesk;
  readonly release: Release;
}

const MAX_BODY = 64 * 1024;

export class InboxForms {
  readonly #options: FormOptions;

  constructor(options: FormOptions) {
    this.#options = options;
  }

  async answer(request: Request): Promise<Response> {
    const [, place, id = "", command] = request.path.split("/");
    if (place === "queue" && id === "flush" && command === undefined) {
      await this.#options.desk.flush();
      return seeOther("/?view=queue");
    }
    const known = QUEUE_COMMANDS.find((one) => one === command);
    if (place === "queue" && known !== undefined) {
      // One that has gone in the meantime is no longer in the list: that says it all.
      await this.#options.desk.carryOut(known, id);
      return seeOther("/?view=queue");
    }
    if (place === "letters" && command === "release") return this.#release(request, id);
    return problem(404, "there is no such form");
  }

  async #release(request: Request, id: string): Promise<Response> {
    const form = new URLSearchParams(await request.body.text(MAX_BODY));
    const message = this.#options.mailboxes.get(id);
    if (message === undefined) return problem(404, "there is no such letter");
    const back = (said: string): Response => seeOther(`/?${new URLSearchParams({ id, said }).toString()}`);
    try {
      return back(
        `Queued as ${await this.#options.release.send(message, addressesIn(form.get("to") ?? ""))}`,
      );
    } catch (error) {
      if (error instanceof NotReleased) return back(`Not released: ${error.message}`);
      if (codeOf(error) === "QUEUE_FULL") return back("Not released: there is no room on the disk");
      throw error;
    }
  }
}

export function addressesIn(text: string): readonly string[] {
  return text.split(/[\s,;]+/).filter((address) => address !== "");
}

/** RFC 9110 §15.4.4: what it led to is looked at by GET. */
function seeOther(location: string): Response {
  return { status: 303, fields: ["Location", location, "Cache-Control", "no-store"], content: "" };
}
