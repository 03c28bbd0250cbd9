export type { Engine, EngineOptions } from "./engine.ts";
export { hand } from "./hand.ts";
export { nodeHttp } from "./node-http.ts";
