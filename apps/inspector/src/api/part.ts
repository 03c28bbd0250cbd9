/**
 * Taking part over HTTP: `/api/control/APP/…` is the control socket of that program, as far as its faults, what it holds
 * and its firewall go. Who may ask is the guard's matter: Host and Origin were checked before.
 */
import { type ControlVerb, UsageError } from "@socketscope/host";
import type { Request, Response } from "@socketscope/web";
import type { Controls } from "../take-part/controls.ts";

export const CONTROL_PATH = "/api/control/";

/** What is passed on. What is held is read from the snapshot and the events alone: there secrets are masked. */
const PASSED: readonly (readonly [methods: readonly ControlVerb[], path: RegExp])[] = [
  [["GET", "PUT", "POST", "DELETE"], /^\/faults(?:\/[\w-]+){0,2}$/],
  [["POST", "DELETE"], /^\/held\/\d+$/],
  [["GET", "PUT"], /^\/firewall$/],
  [["POST"], /^\/firewall\/bans$/],
  [["DELETE"], /^\/firewall\/bans\/[\w.:%]+$/],
];

/** Octets of a request's content. */
const MAX_CONTENT = 256 * 1024;

export function takePart(controls: Controls): (request: Request) => Promise<Response> {
  return async (request) => {
    const [, app = "", path = ""] = /^\/api\/control\/([\w-]+)(\/.*)$/.exec(request.path) ?? [];
    const passed = PASSED.find(([, pattern]) => pattern.test(path));
    if (passed === undefined) return problem(404, "there is /faults, /held/N and /firewall of each program");
    const method = passed[0].find((one) => one === request.method);
    if (method === undefined)
      return { ...problem(405, `this takes ${passed[0].join(", ")}`), ...allow(passed[0]) };
    const content = method === "GET" ? undefined : await request.body.text(MAX_CONTENT);
    try {
      const answer = await controls.forward(app, method, path, content === "" ? undefined : content);
      if (answer === undefined) return problem(404, `no ${app} runs here`);
      const { status, text } = answer;
      if (status === 204) return { status };
      const type = status < 400 ? "application/json" : "application/problem+json";
      return { status, fields: ["Content-Type", type, "Cache-Control", "no-store"], content: text };
    } catch (error) {
      if (error instanceof UsageError) return problem(404, error.message);
      throw error;
    }
  };
}

function allow(methods: readonly string[]): Pick<Response, "fields"> {
  return { fields: ["Content-Type", "application/problem+json", "Allow", methods.join(", ")] };
}

/** RFC 9457 §3.1. */
function problem(status: number, detail: string): Response {
  return {
    status,
    fields: ["Content-Type", "application/problem+json", "Cache-Control", "no-store"],
    content: JSON.stringify({ status, detail }),
  };
}
