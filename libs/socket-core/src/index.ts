export type { Address, CloseReason, Flow, Tap } from "./flow.ts";
export type { Receiver, Stream, TlsOptions } from "./stream.ts";
