import { createHash, createHmac, pbkdf2, randomBytes, timingSafeEqual } from "node:crypto";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import {
  LoginClient,
  LoginServer,
  PlainClient,
  PlainServer,
  ScramClient,
  scramKeys,
  ScramServer,
  type Known,
  type SaslClient,
  type SaslServer,
  type SaslStep,
  type ScramCrypto,
} from "../../src/sasl/index.ts";

const derive = promisify(pbkdf2);

const crypto: ScramCrypto = {
  hash: (octets) => createHash("sha256").update(octets).digest(),
  hmac: (key, octets) => createHmac("sha256", key).update(octets).digest(),
  derive: (password, salt, iterations) => derive(password, salt, iterations, 32, "sha256"),
  random: (octets) => randomBytes(octets),
  same: (a, b) => a.length === b.length && timingSafeEqual(a, b),
};

const octets = (text: string): Uint8Array => Buffer.from(text, "utf8");
const text = (octets: Uint8Array | undefined): string => Buffer.from(octets ?? []).toString("utf8");

const secret = octets("secret of this server");
const knows = async (user: string, password: string): Promise<(name: string) => Known | undefined> => {
  const scram = await scramKeys(crypto, password, octets("a salt of 16 oct"), 4096);
  const known = { verify: (said: string) => said === password, scram };
  return (name) => (name === user ? known : undefined);
};

/** Both sides until the server has said its last. */
async function talk(
  client: SaslClient,
  server: SaslServer,
  users: (name: string) => Known | undefined,
): Promise<SaslStep> {
  let step = server.begin(client.initialResponse());
  for (let turn = 0; turn < 10; turn++) {
    if (step.type === "lookup") step = await server.judge(users(step.user));
    else if (step.type === "challenge") step = server.respond(await client.respond(step.octets));
    else return step;
  }
  throw new Error("no end");
}

const mechanisms = {
  PLAIN: [(user: string, password: string) => new PlainClient(user, password), () => new PlainServer()],
  LOGIN: [(user: string, password: string) => new LoginClient(user, password), () => new LoginServer()],
  "SCRAM-SHA-256": [
    (user: string, password: string) => new ScramClient(crypto, user, password),
    () => new ScramServer(crypto, secret),
  ],
} as const;

describe.each(Object.entries(mechanisms))("%s", (name, [client, server]) => {
  it("lets in who knows the password, and nobody else", async () => {
    const users = await knows("ann@example.test", "pass word");
    expect(server().name).toBe(name);
    const right = client("ann@example.test", "pass word");
    expect(await talk(right, server(), users)).toEqual({ type: "success", user: "ann@example.test" });
    expect(right.complete).toBe(true);
    expect((await talk(client("ann@example.test", "pass"), server(), users)).type).toBe("failure");
    expect((await talk(client("bob@example.test", "pass word"), server(), users)).type).toBe("failure");
  });

  it("takes names and passwords outside of ASCII", async () => {
    const known = await knows("jürgen,=@example.test", "pässwörd=,");
    const step = await talk(client("jürgen,=@example.test", "pässwörd=,"), server(), known);
    expect(step).toEqual({ type: "success", user: "jürgen,=@example.test" });
  });

  it("fails, and does not throw, on octets that are no message", () => {
    for (const bad of [
      "",
      "\0",
      "\0\0",
      "a\0b",
      "n,",
      "n,,",
      "n,,n=",
      "x".repeat(5000),
      "n,,n=a,r=,",
      "\xff",
    ])
      expect(server().begin(Buffer.from(bad, "latin1")).type, bad).not.toBe("success");
  });
});

describe("PLAIN (RFC 4616)", () => {
  it("refuses an authorization identity that is somebody else", () => {
    expect(new PlainServer().begin(octets("bob\0ann\0pw")).type).toBe("failure");
    expect(new PlainServer().begin(octets("ann\0ann\0pw")).type).toBe("lookup");
  });
});

describe("SCRAM-SHA-256 (RFC 7677 §3)", () => {
  it("says what the example says", async () => {
    const nonce = Buffer.from("rOprNGfwEbeRWgbNEkqO", "base64");
    const client = new ScramClient({ ...crypto, random: () => nonce }, "user", "pencil");
    expect(text(client.initialResponse())).toBe("n,,n=user,r=rOprNGfwEbeRWgbNEkqO");
    const first = "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096";
    expect(text(await client.respond(octets(first)))).toBe(
      "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=",
    );
    expect(client.complete).toBe(false);
    await client.respond(octets("v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4="));
    expect(client.complete).toBe(true);
  });

  it("does not believe a server that cannot prove that it knows the password", async () => {
    const nonce = Buffer.from("rOprNGfwEbeRWgbNEkqO", "base64");
    const begun = (): ScramClient => new ScramClient({ ...crypto, random: () => nonce }, "user", "pencil");
    for (const first of [
      "r=other,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096",
      "r=rOprNGfwEbeRWgbNEkqO,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096",
      "r=rOprNGfwEbeRWgbNEkqOx,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=1",
      "r=rOprNGfwEbeRWgbNEkqOx,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=99999999",
      "m=x,r=rOprNGfwEbeRWgbNEkqOx,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096",
      "r=rOprNGfwEbeRWgbNEkqOx,s=,i=4096",
    ])
      await expect(begun().respond(octets(first)), first).rejects.toThrow("the server's message");
    const client = begun();
    await client.respond(octets("r=rOprNGfwEbeRWgbNEkqOx,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096"));
    await expect(client.respond(octets("v=AAAA"))).rejects.toThrow("does not prove");
    expect(client.complete).toBe(false);
  });

  it("asks for a user who is not there with the same salt each time", () => {
    const salt = (): string | undefined => {
      const server = new ScramServer(crypto, secret);
      server.begin(octets("n,,n=nobody,r=abc"));
      const step = server.judge(undefined);
      return step.type === "challenge" ? /s=([^,]+),i=4096/.exec(text(step.octets))?.[1] : undefined;
    };
    expect(salt()).toBeDefined();
    expect(salt()).toBe(salt());
  });

  it("refuses a proof under another nonce, and channel binding it has not offered", async () => {
    expect(new ScramServer(crypto, secret).begin(octets("p=tls-unique,,n=user,r=abc")).type).toBe("failure");
    const server = new ScramServer(crypto, secret);
    server.begin(octets("n,,n=user,r=abc"));
    server.judge((await knows("user", "pencil"))("user"));
    expect(server.respond(octets(`c=biws,r=abc,p=${Buffer.alloc(32).toString("base64")}`)).type).toBe(
      "failure",
    );
  });
});
