/** From what the messages that no octet carried are worked out. */
import { COUNTED } from "../views.ts";

export const DERIVED = {
  opened: "accept()",
  joined: "its first octets",
  secured: "the secured event",
  cleared: "the cleared event",
  closed: "the close event",
  unopened: "the capture's keys",
  unsecured: "no secured event",
  intercepted: "the intercept",
  gap: COUNTED,
} as const;
