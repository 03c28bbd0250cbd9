/**
 * The one question a listener asks before it serves anybody. The firewall is the usual answer; a test passes its own.
 * Pure: knows neither sockets nor clocks.
 */
import type { Address } from "./flow.ts";

/** `rule` is the text the user wrote (or the name of the limit), shown wherever the decision is shown. */
export type Verdict =
  | { readonly action: "allow" }
  | { readonly action: "drop" | "reject"; readonly rule: string };

/** Who may come in. Every `allow` is matched by one `release`; a `drop` or `reject` by none. */
export interface Admission {
  /** Called once per accepted TCP connection or new UDP peer. */
  admit(remote: Address, local: Address): Verdict;
  /** The admitted flow has ended. */
  release(remote: Address): void;
}
