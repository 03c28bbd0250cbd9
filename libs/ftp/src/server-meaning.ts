/** What a line means: the event, and what its positive answer changes. */
import type { Reply } from "./replies.ts";
import type { FtpServerEvent } from "./server-events.ts";
import type { FtpSettings } from "./server-settings.ts";

export interface Meaning {
  readonly event: FtpServerEvent;
  /** Carried out by a reply of 1yz, 2yz or 3yz. */
  readonly change: Partial<FtpSettings>;
}

/** Of most commands. */
export const noChange: Partial<FtpSettings> = {};

export function meaning(event: FtpServerEvent, change: Partial<FtpSettings> = noChange): Meaning {
  return { event, change };
}

export function refused(what: string, answer: Reply): Meaning {
  return { event: { type: "refused", what, reply: answer }, change: noChange };
}
