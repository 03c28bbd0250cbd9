/** A login from the client's side, whatever carries it: what is said, when it is given up, what counts. */
import { describe, expect, it } from "vitest";
import {
  attemptSasl,
  chooseMechanism,
  LoginClient,
  PlainClient,
  type SaslAnswer,
  type SaslClient,
} from "../../src/sasl/index.ts";

const bytes = (text: string): Uint8Array => Buffer.from(text);
const challenge = (text?: string): SaslAnswer<string> => ({
  type: "challenge",
  octets: text === undefined ? undefined : bytes(text),
});
const done = (reply: string): SaslAnswer<string> => ({ type: "done", reply });

/** Answers in turn; what was said. */
async function attempt(
  sasl: SaslClient,
  answers: readonly SaslAnswer<string>[],
  fits = true,
): Promise<{ readonly said: readonly string[]; readonly reply: string | undefined }> {
  const said: string[] = [];
  const left = [...answers];
  const say = (text: string): Promise<SaslAnswer<string>> => {
    said.push(text);
    return Promise.resolve(left.shift() ?? done("nothing left"));
  };
  const shown = (octets: Uint8Array): string => Buffer.from(octets).toString().replaceAll("\0", "|");
  const reply = await attemptSasl<string>(sasl, {
    fits: () => fits,
    begin: (initial) => say(`begin ${initial === undefined ? "-" : shown(initial)}`),
    respond: (octets) => say(octets === "cancel" ? "*" : shown(octets)),
  });
  return { said, reply };
}

describe("a login", () => {
  it("with an initial response", async () => {
    expect(await attempt(new PlainClient("u", "p"), [done("ok")])).toEqual({
      said: ["begin |u|p"],
      reply: "ok",
    });
  });

  it("whose initial response is too long waits for an empty challenge (RFC 4954 §4, RFC 5034 §4)", async () => {
    expect(await attempt(new PlainClient("u", "p"), [challenge(""), done("ok")], false)).toEqual({
      said: ["begin -", "|u|p"],
      reply: "ok",
    });
    expect(await attempt(new PlainClient("u", "p"), [challenge("who?"), done("no")], false)).toEqual({
      said: ["begin -", "*"],
      reply: undefined,
    });
  });

  it("answers each challenge, and gives up at one too many or one that is no base64", async () => {
    const asks = [challenge("Username:"), challenge("Password:")];
    expect(await attempt(new LoginClient("u", "p"), [...asks, done("ok")])).toEqual({
      said: ["begin -", "u", "p"],
      reply: "ok",
    });
    expect(await attempt(new LoginClient("u", "p"), [...asks, challenge("more"), done("ok")])).toEqual({
      said: ["begin -", "u", "p", "*"],
      reply: undefined,
    });
    expect(await attempt(new LoginClient("u", "p"), [challenge(), challenge("again")])).toEqual({
      said: ["begin -", "*"],
      reply: undefined,
    });
  });
});

it.each<readonly [offered: readonly string[], wanted: "PLAIN" | undefined, chosen: string | undefined]>([
  [["LOGIN", "PLAIN", "SCRAM-SHA-256"], undefined, "SCRAM-SHA-256"],
  [["LOGIN", "PLAIN"], undefined, "PLAIN"],
  [["LOGIN", "SCRAM-SHA-256"], "PLAIN", undefined],
  [["GSSAPI"], undefined, undefined],
])("of %j, with %s wanted: %s", (offered, wanted, chosen) => {
  expect(chooseMechanism(offered, wanted)).toBe(chosen);
});
