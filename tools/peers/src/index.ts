export { endsWithUs } from "./ends-with-us.ts";
export { findProgram } from "./find-program.ts";
export { freePort } from "./free-port.ts";
export { PeerError } from "./peer-error.ts";
export { missingForPostfix, Postfix } from "./postfix.ts";
export { SmtpSink } from "./smtp-sink.ts";
export { missingForSshd, Sshd } from "./sshd.ts";
export { missingForVsftpd, Vsftpd, type VsftpdOptions } from "./vsftpd.ts";
