/** Where the mail for an address goes: into a mailbox of ours, out to another host, or nowhere. */
import type { Reply } from "@socketscope/smtp";
import { mailboxOf, splitAddress } from "./address.ts";
import { replies } from "./replies.ts";

export interface RecipientOptions {
  /** Take mail for anybody who is not sent elsewhere. */
  readonly capture: boolean;
  /** Lower case. */
  readonly localDomains: readonly string[];
  /** Addresses. */
  readonly mailboxes: readonly string[];
  readonly aliases: readonly { readonly from: string; readonly to: string }[];
  /** May mail for this domain leave the machine at all, by the options? */
  readonly mayRelay: (domain: string) => boolean;
}

export type Destination =
  | { readonly type: "mailboxes"; readonly mailboxes: readonly string[] }
  | { readonly type: "elsewhere" }
  | { readonly type: "refused"; readonly reply: Reply };

/** An alias of an alias of an alias …; longer chains are mistakes. */
const MAX_ALIASES = 10;

export class Recipients {
  readonly #options: RecipientOptions;
  readonly #localDomains: ReadonlySet<string>;
  readonly #mailboxes: ReadonlySet<string>;
  readonly #aliases: ReadonlyMap<string, readonly string[]>;

  constructor(options: RecipientOptions) {
    this.#options = options;
    this.#localDomains = new Set(options.localDomains);
    this.#mailboxes = new Set(options.mailboxes.map(mailboxOf));
    const aliases = new Map<string, string[]>();
    for (const { from, to } of options.aliases)
      aliases.set(mailboxOf(from), [...(aliases.get(mailboxOf(from)) ?? []), to]);
    this.#aliases = aliases;
  }

  /** `mayLeave`: the sender has logged in or is trusted (RFC 5321 §7.1: nobody else's mail is relayed). */
  destinationOf(forwardPath: string, mayLeave: boolean): Destination {
    const address = this.#canonical(forwardPath);
    const { domain } = splitAddress(address);
    const local = this.#localMailboxes(address);
    if (local !== undefined) return { type: "mailboxes", mailboxes: local };
    if (this.#localDomains.has(domain) && !this.#options.capture)
      return { type: "refused", reply: replies.noSuchMailbox };
    if (!this.#localDomains.has(domain) && mayLeave && this.#options.mayRelay(domain))
      return { type: "elsewhere" };
    // What may not leave is shown to the developer instead of being lost.
    if (this.#options.capture) return { type: "mailboxes", mailboxes: [mailboxOf(address)] };
    return { type: "refused", reply: replies.relayingDenied };
  }

  /** RFC 5321 §4.5.1: Postmaster needs no domain, and is always there. */
  #canonical(forwardPath: string): string {
    const { localPart, domain } = splitAddress(forwardPath);
    return domain === "" ? `${localPart}@${this.#options.localDomains[0] ?? "localhost"}` : forwardPath;
  }

  /** Undefined: no mailbox of ours. */
  #localMailboxes(address: string): readonly string[] | undefined {
    const found = new Set<string>();
    const open = [address];
    for (let steps = 0; open.length > 0 && steps < MAX_ALIASES; steps++) {
      for (const next of open.splice(0)) {
        const mailbox = mailboxOf(next);
        const targets = this.#aliases.get(mailbox);
        if (targets !== undefined) open.push(...targets);
        else if (this.#isOurs(mailbox)) found.add(mailbox);
        else if (this.#options.capture && next !== address) found.add(mailbox);
      }
    }
    return found.size === 0 ? undefined : [...found];
  }

  #isOurs(mailbox: string): boolean {
    if (this.#mailboxes.has(mailbox)) return true;
    const { localPart, domain } = splitAddress(mailbox);
    return localPart === "postmaster" && this.#localDomains.has(domain);
  }
}
