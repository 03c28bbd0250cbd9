/** Addresses as the policy compares them: the domain without regard to case, a subaddress, the mailbox's name. */

export interface Address {
  /** As it was written, quotes and all. */
  readonly localPart: string;
  /** Lower case; "" where none was given. */
  readonly domain: string;
}

export function splitAddress(address: string): Address {
  const at = address.lastIndexOf("@");
  if (at < 0) return { localPart: address, domain: "" };
  return { localPart: address.slice(0, at), domain: address.slice(at + 1).toLowerCase() };
}

/** RFC 5321 §4.1.2: a quoted local part means the same as what stands between the quotes. */
function unquoted(localPart: string): string {
  if (!localPart.startsWith('"') || !localPart.endsWith('"') || localPart.length < 2) return localPart;
  return localPart.slice(1, -1).replaceAll(/\\(.)/gs, "$1");
}

/**
 * What mailboxes are named and found by. RFC 5321 §2.4 leaves the local part to its host: ours ignores case, as
 * people expect, and (RFC 5233) what stands behind the first "+" is for the reader to sort by.
 */
export function mailboxOf(address: string): string {
  const { localPart, domain } = splitAddress(address);
  const name = unquoted(localPart).toLowerCase();
  const plus = name.indexOf("+");
  return `${plus > 0 ? name.slice(0, plus) : name}@${domain}`;
}
