/**
 * Why octets were not read where nobody broke a rule: what would say more was not recorded, or is ciphertext. Dissectors
 * build their `problem` of these words, so that whoever counts faults can leave them out.
 */
export const UNREAD = {
  missing: "octets were not recorded",
  /** Behind such a hole, until it is sure again what comes. */
  unsure: "what is missing before it would say what this is",
  boundary: "where the next packet begins is not known",
  /** A command or content: the reply that would say it never came. */
  unsaid: "no reply said what this is",
  tls: "the handshake of TLS, or what it protects",
} as const;

const WORDS = Object.values(UNREAD);

/** Whether a message's `problem` is of the recording alone, and no fault of those who speak. */
export function isUnread(problem: string): boolean {
  return WORDS.some((words) => problem.includes(words));
}
