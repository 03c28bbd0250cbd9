import { WebFlowDissector } from "@socketscope/http";
import { TURN, walkDissector } from "../dissecting.ts";
import type { Target } from "../target.ts";
import { httpWords, requests, responses } from "./http-words.ts";

export const httpDissector: Target = {
  name: "http-dissector",
  code: /\/libs\/http\/(?:src|dist)\/(?:dissect|grammar|content|websocket\/dissect)/,
  words: [...httpWords, ...responses, TURN],
  seeds: requests.flatMap((request) =>
    responses.map((response) => `${request}${TURN}${response}${TURN}\x89\x00`),
  ),
  run: (input, cut) => walkDissector(new WebFlowDissector(), input, cut),
};
