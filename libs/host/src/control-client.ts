/** A running server asked through its control socket: how a second terminal gives it commands. */
import { join } from "node:path";
import { SocketError } from "@socketscope/socket-core";
import { HttpAgent } from "@socketscope/web";
import { ControlProblem, type ControlVerb } from "./control.ts";
import { UsageError } from "./errors.ts";

/** Octets of an answer. */
const MAX_ANSWER = 64 * 1024 * 1024;

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
  const agent = new HttpAgent({ socketPath: join(state, `${app}.sock`) });
  try {
    const response = await agent.request({ method, url: `http://control${path}`, close: true });
    const text = await response.body.text(MAX_ANSWER);
    const value: unknown = text === "" ? undefined : JSON.parse(text);
    if (response.status >= 400) throw new ControlProblem(response.status, "CONTROL_REFUSED", detailOf(value));
    return value;
  } catch (error) {
    if (error instanceof SocketError && error.code === "REFUSED")
      throw new UsageError(
        "USAGE_BAD_VALUE",
        `no ${app} runs on ${state}: start it, or name its --state DIR`,
      );
    throw error;
  } finally {
    agent.close();
  }
}

function detailOf(value: unknown): string {
  if (typeof value === "object" && value !== null && "detail" in value && typeof value.detail === "string")
    return value.detail;
  return "it refuses";
}
