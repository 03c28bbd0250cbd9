export {
  attemptSasl,
  chooseMechanism,
  clientMechanisms,
  newSaslClient,
  type ClientMechanism,
  type SaslAnswer,
  type SaslCarrier,
} from "./attempt.ts";
export type { ScramCrypto } from "./crypto.ts";
export type { Known, SaslClient, SaslServer, SaslStep, ScramKeys } from "./sasl.ts";
export { LoginClient, LoginServer, PlainClient, PlainServer } from "./plain.ts";
export { ScramClient, scramKeys, ScramServer } from "./scram.ts";
