/** A running server asked through its control socket: how a second terminal, or the inspector, gives it commands. */
import { join } from "node:path";
import { SocketError } from "@socketscope/socket-core";
import { HttpAgent } from "@socketscope/web";
import { ControlProblem, type ControlVerb } from "./control.ts";
import { UsageError } from "./errors.ts";

/** Octets of an answer. */
const MAX_ANSWER = 64 * 1024 * 1024;

export interface ControlAnswer {
  readonly status: number;
  /** JSON, or nothing (204). */
  readonly text: string;
}

/** One server's control socket. */
export class ControlClient implements Disposable {
  readonly #state: string;
  readonly #app: string;
  readonly #agent: HttpAgent;

  constructor(state: string, app: string) {
    this.#state = state;
    this.#app = app;
    this.#agent = new HttpAgent({ socketPath: join(state, `${app}.sock`) });
  }

  /** `content`: JSON. Throws UsageError where no such server runs on the state folder. */
  async ask(method: ControlVerb, path: string, content?: string): Promise<ControlAnswer> {
    try {
      const response = await this.#agent.request({
        method,
        url: `http://control${path}`,
        ...(content !== undefined && { content, fields: ["Content-Type", "application/json"] }),
      });
      return { status: response.status, text: await response.body.text(MAX_ANSWER) };
    } catch (error) {
      if (error instanceof SocketError && error.code === "REFUSED")
        throw new UsageError(
          "USAGE_BAD_VALUE",
          `no ${this.#app} runs on ${this.#state}: start it, or name its --state DIR`,
        );
      throw error;
    }
  }

  [Symbol.dispose](): void {
    this.#agent.close();
  }
}

/**
 * The JSON that it answers; undefined where it has nothing to say (204). Throws UsageError where no such server runs
 * on the state folder, ControlProblem where it refuses.
 */
export async function askControl(
  state: string,
  app: string,
  method: ControlVerb,
  path: string,
): Promise<unknown> {
  using client = new ControlClient(state, app);
  const { status, text } = await client.ask(method, path);
  const value: unknown = text === "" ? undefined : JSON.parse(text);
  if (status >= 400) throw new ControlProblem(status, "CONTROL_REFUSED", detailOf(value));
  return value;
}

function detailOf(value: unknown): string {
  if (typeof value === "object" && value !== null && "detail" in value && typeof value.detail === "string")
    return value.detail;
  return "it refuses";
}
