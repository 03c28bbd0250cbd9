/** An error in the form the client asked for: a page, `application/problem+json` (RFC 9457), or two plain lines. */
import { addVary, chooseMediaType, namesMediaType, type FieldLines } from "@socketscope/http";
import type { Problem, Request, Response } from "@socketscope/web";
import type { Conversations } from "../conversations.ts";
import type { Visible } from "../listing/folder.ts";
import { pageResponse } from "../page-response.ts";
import { reasonOf } from "./reasons.ts";
import { lookAround } from "./surroundings.ts";
import { problemPage } from "./view.ts";

export interface ProblemOptions extends Visible {
  readonly conversations: Conversations;
  /** Whether visitors may see what else is in a folder. */
  readonly lists: boolean;
}

export type AnswerProblem = (problem: Problem, request: Request) => Promise<Response>;

const FORMS = ["text/plain", "application/problem+json", "application/json"];

export function answerProblem(options: ProblemOptions): AnswerProblem {
  return async (problem, request) => {
    const fields = withVary(problem.fields);
    const accept = request.fields.get("accept");
    const form = namesMediaType(accept, "text/html") ? "text/html" : chooseMediaType(accept, FORMS);
    if (form === "text/html") {
      const around =
        problem.status === 404 && options.lists ? await lookAround(request.path, options) : undefined;
      const requests = options.conversations.requests(request.flow);
      const view = { problem, request, requests, around };
      return pageResponse(problem.status, problemPage(view), fields);
    }
    if (form === "application/problem+json" || form === "application/json") return asJson(problem, fields);
    return asText(problem, fields);
  };
}

/** RFC 9110 §12.5.5: the form depends on Accept. An error is not to be kept: the next try may go better. */
function withVary(fields: FieldLines): FieldLines {
  const kept: string[] = ["Cache-Control", "no-store"];
  let vary = "Accept";
  for (let i = 0; i + 1 < fields.length; i += 2) {
    const name = fields[i] ?? "";
    const value = fields[i + 1] ?? "";
    if (name.toLowerCase() === "vary") vary = addVary(value, vary);
    else kept.push(name, value);
  }
  return [...kept, "Vary", vary];
}

function asJson({ status, text }: Problem, fields: FieldLines): Response {
  // RFC 9457 §4.2.1: "about:blank" says no more than the status code; the title is its reason then.
  const body = { type: "about:blank", title: reasonOf(status), status, detail: text };
  return {
    status,
    fields: ["Content-Type", "application/problem+json", ...fields],
    content: `${JSON.stringify(body)}\n`,
  };
}

function asText({ status, text }: Problem, fields: FieldLines): Response {
  return {
    status,
    fields: ["Content-Type", "text/plain; charset=utf-8", ...fields],
    content: `${status} ${reasonOf(status)}\n${text}\n`,
  };
}
