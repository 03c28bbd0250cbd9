export type { Core, Input, Rest } from "./core.ts";
export { LimitError, LocalError, RemoteError } from "./errors.ts";
