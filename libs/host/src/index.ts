export {
  type CommandLine,
  type CommandLineInput,
  type Parsed,
  parseCommandLine,
  type Positional,
} from "./command-line.ts";
export { AuthorityError, codeOf, ListenError, StateError, UsageError } from "./errors.ts";
export { acquireLock, type Lock, type LockOptions } from "./lock.ts";
export * as kinds from "./option-kinds.ts";
export { BadValue, type HostPort, type InspectTarget, type Kind } from "./option-kinds.ts";
export type { About, OptionReader } from "./option-reader.ts";
export type { Environment } from "./option-sources.ts";
export {
  network,
  portOrOff,
  type ServerDefaults,
  type ServerOptions,
  serverOptions,
} from "./server-options.ts";
export { defaultStateFolder, openStateFolder, type StateFolder, writeFileAtomic } from "./state.ts";
export { nearest } from "./suggest.ts";
export {
  type Account,
  generatePassword,
  isLoopback,
  openAccount,
  type PasswordOrigin,
  refuseOpenAccounts,
} from "./account.ts";
export { describeError, EXIT, runOnce } from "./exit.ts";
export {
  createLog,
  type Log,
  type LogFields,
  type LogFormat,
  type LogLevel,
  type LogOptions,
  printable,
} from "./log.ts";
export { explainListenError, holderOfPort, type PortHolder, type WantedPort } from "./port-holder.ts";
export { announce, banner, listenerUrl, type ListenerUrl, type Ready, readyLine } from "./ready.ts";
export { type Environs, type LifeOptions, runServer, type Running } from "./run-server.ts";
export { Secrets } from "./secrets.ts";
export { type Authority, openAuthority } from "./authority.ts";
export { type CertificateFiles, readCertificate } from "./certificate.ts";
export { mayVouchFor } from "./name-constraints.ts";
export { browserTrustCommand, trustCommand } from "./trust.ts";
export {
  type ControlMethod,
  ControlProblem,
  type ControlRequest,
  type ControlResources,
  type ControlVerb,
  controlHandler,
} from "./control.ts";
export { type FirewallSource, openFirewall } from "./firewall-options.ts";
export { listenOn, type ListenOnOptions } from "./listen-on.ts";
export { enterService, type InServiceParts, onPremises, type Premises } from "./in-service.ts";
export { askControl, type ControlAnswer, ControlClient } from "./control-client.ts";
export { Listeners, type Service } from "./listeners.ts";
export { INSPECTOR_SOCKET, openTapLink, type TapLink, type TapLinkOptions } from "./tap-link.ts";
export { defaultTapSenderLimits, TapSender, type TapSenderLimits } from "./tap-sender.ts";
export { bundlePage, MADE_PAGE, type PageBundle } from "./page-bundle.ts";
