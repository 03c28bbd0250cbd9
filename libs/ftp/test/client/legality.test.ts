/** Walks the table: each verb in each state, each reply to each verb. */
import { LocalError } from "@socketscope/wire";
import { describe, expect, it } from "vitest";
import {
  clientVerbs,
  FtpClient,
  ftpClientLegality,
  type ClientVerb,
  type FtpClientState,
} from "../../src/index.ts";
import { greeted, heard, ready, sent, transferring } from "./told.ts";

const places: Readonly<Record<FtpClientState, () => FtpClient>> = {
  greeting: () => new FtpClient(),
  refused: () => after(new FtpClient(), "530 no\r\n"),
  start: greeted,
  password: () => said(greeted(), "USER", "me", "331 ?\r\n"),
  account: () => said(greeted(), "USER", "me", "332 ?\r\n"),
  ready: () => ready(),
  rename: () => said(ready(), "RNFR", "a", "350 to?\r\n"),
  held: () => ready("NOOP"),
  opening: () => ready("RETR", "f"),
  transfer: transferring,
  completing() {
    const core = transferring();
    core.send({ type: "ended" });
    return core;
  },
  aborting() {
    const core = transferring();
    sent(core, "ABOR");
    return core;
  },
  securing: () => said(greeted(), "AUTH", "TLS", "234 go\r\n"),
  quitting: () => ready("QUIT"),
  closed: () => after(new FtpClient(), "421 bye\r\n"),
};

function after(core: FtpClient, text: string): FtpClient {
  heard(core, text);
  return core;
}

function said(core: FtpClient, verb: ClientVerb, argument: string, text: string): FtpClient {
  sent(core, verb, argument);
  return after(core, text);
}

const argumentOf = (verb: ClientVerb): string | undefined =>
  ftpClientLegality[verb].argument === "required" ? "x" : undefined;

describe.each(Object.entries(places))("in state %s", (state, make) => {
  it("the test stands where it says", () => {
    expect(make().state).toBe(state);
  });
  it.each(clientVerbs)("%s is as legal as the table says", (verb) => {
    const core = make();
    const legal: readonly string[] = ftpClientLegality[verb].legal;
    if (legal.includes(state)) {
      expect(sent(core, verb, argumentOf(verb))).toMatch(new RegExp(`^${verb}( x)?\r\n$`));
      expect(core.state).toBe(ftpClientLegality[verb].sent);
    } else {
      expect(() => sent(core, verb, argumentOf(verb))).toThrow(LocalError);
      expect(core.state).toBe(state);
    }
  });
});

describe.each(clientVerbs)("a reply to %s", (verb) => {
  const { legal, leads, refused, sent: held } = ftpClientLegality[verb];
  const from = legal[legal.length - 1] ?? "ready";
  it.each([120, 150, 200, 230, 234, 331, 332, 350, 450, 550])("%i leads where the table says", (code) => {
    const core = places[from]();
    sent(core, verb, argumentOf(verb));
    if (verb === "ABOR") heard(core, "426 cut\r\n");
    const to = code >= 400 ? refused : (leads[code] ?? leads[Math.floor(code / 100)]);
    const hear = (): unknown => heard(core, `${code} x\r\n`);
    // What ends a transfer that did not begin is out of place, and so is what the table does not have.
    if (to === undefined || (held === "opening" && code >= 200 && code < 400))
      expect(hear).toThrow(/where the reply to/);
    else {
      hear();
      expect(core.state).toBe(to === "back" ? (verb === "ABOR" ? "ready" : from) : to);
    }
  });
});
