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
