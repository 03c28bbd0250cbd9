/** The queue for programs: `/api/v1/queue`. */
import type { Request, Response } from "@socketscope/web";
import { pageOf, QUEUE_COMMANDS, type QueueDesk } from "../queue/queue-desk.ts";
import { json, notAllowed, problem, reading } from "./answers.ts";

export class QueueApi {
  readonly #desk: QueueDesk;

  constructor(desk: QueueDesk) {
    this.#desk = desk;
  }

  /** `queue`, `queue/flush`, `queue/ID`, `queue/ID/{flush,hold,release,remove}`. */
  async answer(
    request: Request,
    id: string | undefined,
    part: string | undefined,
    query: URLSearchParams,
  ): Promise<Response> {
    if (id === undefined || id === "") return reading(request, () => json(this.#desk.list(pageOf(query))));
    if (part === undefined && id !== "flush" && request.method !== "DELETE")
      return reading(
        request,
        () => {
          const shown = this.#desk.show(id);
          return shown === undefined ? problem(404, "there is no such message in the queue") : json(shown);
        },
        "DELETE",
      );
    const command = request.method === "DELETE" ? "remove" : QUEUE_COMMANDS.find((one) => one === part);
    if (request.method !== "POST" && request.method !== "DELETE") return notAllowed("POST");
    if (id === "flush") return json({ flushed: await this.#desk.flush() });
    if (command === undefined) return problem(404, "there is flush, hold, release and remove");
    if (!(await this.#desk.carryOut(command, id)))
      return problem(404, "there is no such message in the queue");
    return json(this.#desk.show(id) ?? { id, status: "removed" });
  }
}
