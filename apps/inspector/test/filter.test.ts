import { describe, expect, it } from "vitest";
import { parseFilter } from "../src/filter.ts";
import type { MessageView, SocketView } from "../src/views.ts";

const socket = {
  protocol: "smtp",
  app: "mail-relay",
  client: "swaks",
  local: { host: "127.0.0.1", port: 2525 },
  remote: { host: "127.0.0.1", port: 50_000 },
} as unknown as SocketView;
const message = {
  protocol: "smtp",
  who: "server",
  said: "550 5.1.1 No such User",
  means: "No: there is no such mailbox.",
  code: 550,
  from: 100,
  to: 2_000_100,
  fault: true,
} as unknown as MessageView;

describe("the filter", () => {
  it.each([
    ["", true],
    ["proto:smtp", true],
    ["proto:http,smtp", true],
    ["proto:http", false],
    ["!proto:http code:5xx", true],
    ["code:550", true],
    ["code:551", false],
    ["bytes:>1M", true],
    ["bytes:<1M", false],
    ["bytes:2000000", true],
    ["client:SWAKS", true],
    ["client:curl", false],
    ["who:server is:fault", true],
    ["who:client", false],
    ["tls:no", true],
    ["tls:yes", false],
    ["port:2525", true],
    ["port:25", false],
    ["app:mail", true],
    ['"no such user"', true],
    ['!"no such"', false],
    ["mailbox", true],
    ["is:open", true],
    ["hex:0d0A", true],
    ['hex:"0d 0a"', true],
    ["!hex:0d0a", false],
    ["hex:0d0b", false],
    [String.raw`raw:"User\r\n"`, true],
    [String.raw`raw:\x55ser code:550`, true],
    ["raw:user", false],
  ])("%s → %s", (text, matches) => {
    const filter = parseFilter(text);
    const holds = (_: MessageView, hex: string): boolean =>
      Buffer.from("550 5.1.1 No such User\r\n").includes(Buffer.from(hex, "hex"));
    expect("at" in filter ? filter.message : filter.matches(message, socket, holds)).toBe(matches);
  });

  it.each([
    ["proto:", 6, "protocols"],
    ["tls:yes !code: ", 14, "reply or status codes"],
    ["code:abc", 5, "three digits"],
    ["proto:smtp colour:red", 11, "there is no colour:"],
    ["!colour:red", 1, "there is no colour:"],
    ['proto:smtp "open', 11, "quotation mark"],
    ["bytes:many", 6, "a number"],
    ["who:me", 4, "client, server"],
    ["tls:perhaps", 4, "yes or no"],
    ["is:nice", 3, "fault"],
    ["port:x", 5, "a number"],
    ["hex:0d0g", 7, "pairs of hex digits"],
    ['code:550 hex:"0d 0a 1"', 20, "an octet is two digits"],
    [`hex:""`, 5, "at least one octet"],
    [`hex:${"00".repeat(257)}`, 4, "256 octets at most"],
    [String.raw`raw:"a\q"`, 6, "after \\ there may be"],
    [String.raw`!raw:"\xg0"`, 6, "after \\ there may be"],
    [String.raw`raw:a\ b`, 5, "after \\ there may be"],
  ])("%s is refused at %i", (text, at, why) => {
    expect(parseFilter(text)).toMatchObject({ at, message: expect.stringContaining(why) });
  });

  it.each([
    [String.raw`raw:"\r\n\t\0\\"`, "0d0a09005c"],
    [String.raw`raw:\xFFa\x00`, "ff6100"],
    ["raw:é€", "c3a9e282ac"],
    ['hex:"16 03\t01"', "160301"],
  ])("%s looks for %s", (text, hex) => {
    expect(parseFilter(text)).toMatchObject({ patterns: [hex] });
  });
});
