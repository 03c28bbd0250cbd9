/** SSH by the ssh2 library, over our own streams: below it stand our listener, tap, faults and limits, above it our SFTP core. */
export { authorizes, type PublicKey } from "./authorized-keys.ts";
export { SshError, type SshErrorCode } from "./errors.ts";
export { fingerprintOf, generateHostKey, publicLineOf } from "./host-key.ts";
export { defaultSshLimits, type SshLimits } from "./limits.ts";
export { connectSsh, type ServerKey, type SshConnection, type SshConnectOptions } from "./client.ts";
export { SshServer, type SshPolicy, type SshServerOptions } from "./server.ts";
export { openSftp, type SftpRemote, type SftpRemoteOptions } from "./sftp-remote.ts";
