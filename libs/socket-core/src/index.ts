export type { Address, CloseReason, Flow, Tap } from "./flow.ts";
export type { Receiver, Stream, TlsOptions } from "./stream.ts";
export { accountOf, type Cidr, CidrError, contains, formatAddress, parseAddress, parseCidr } from "./cidr.ts";
