/** RFC 4422 §3: one exchange of a mechanism, seen from either side. The protocol around it carries the octets. */

export interface SaslClient {
  readonly name: string;
  /** Undefined: the server speaks first. */
  initialResponse(): Uint8Array | undefined;
  /** Throws, or rejects with, RemoteError when the server's challenge is wrong: the exchange is cancelled. */
  respond(challenge: Uint8Array): Uint8Array | Promise<Uint8Array>;
  /** All that the server has to prove is proven; a success before that is none. */
  readonly complete: boolean;
}

/** What a server does next. */
export type SaslStep =
  | { readonly type: "challenge"; readonly octets: Uint8Array }
  /** Ask for the password's owner and let {@link SaslServer.judge} go on. */
  | { readonly type: "lookup"; readonly user: string }
  | { readonly type: "success"; readonly user: string }
  | { readonly type: "failure"; readonly user: string };

export interface SaslServer {
  readonly name: string;
  /** `initial`: what came with the command, undefined where nothing did. */
  begin(initial: Uint8Array | undefined): SaslStep;
  respond(octets: Uint8Array): SaslStep;
  /** After "lookup". */
  judge(known: Known | undefined): SaslStep | Promise<SaslStep>;
}

/** What a server knows of a user. */
export interface Known {
  verify(password: string): boolean | Promise<boolean>;
  readonly scram?: ScramKeys | undefined;
}

/** RFC 5802 §3: what is kept in place of the password. */
export interface ScramKeys {
  readonly salt: Uint8Array;
  readonly iterations: number;
  readonly storedKey: Uint8Array;
  readonly serverKey: Uint8Array;
}

export const failure = (user: string): SaslStep => ({ type: "failure", user });
