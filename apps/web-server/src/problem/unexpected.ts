/** A handler of ours failed: the visitor gets 500 in the form that was asked for, the operator gets the reason. */
import { ContentAborted, ContentTooLarge, type Handler, type Request, type Response } from "@socketscope/web";
import type { AnswerProblem } from "./problem.ts";

const BROKEN = { status: 500, text: "The server could not answer; its log says why.", fields: [] };

/** `onError` gets what was thrown. A body that is too long or broken off is the client's doing, and the engine's matter. */
export function answerUnexpected(
  handler: Handler,
  problem: AnswerProblem,
  onError: (error: unknown) => void,
): Handler {
  const answer = (error: unknown, request: Request): Promise<Response> => {
    if (error instanceof ContentTooLarge || error instanceof ContentAborted) throw error;
    onError(error);
    return problem(BROKEN, request);
  };
  return (request) => {
    try {
      const response = handler(request);
      return response instanceof Promise
        ? response.catch((error: unknown) => answer(error, request))
        : response;
    } catch (error) {
      return answer(error, request);
    }
  };
}
