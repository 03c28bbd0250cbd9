// The linter takes a test file without the tsconfig that names this library for it.
/// <reference lib="esnext.disposable" preserve="true" />
export { everySplit, feed, feedEverySplit, type FeedOptions, type Outcome } from "./splits.ts";
export { type AppOptions, type ReadyLine, RunningApp, spawnApp, workspaceRoot } from "./app.ts";
export { LaunchError } from "./launch-error.ts";
export { findProgram, needing, programPath, realClient, type RealClients } from "./real-client.ts";
export { killGroup, plainEnvironment, run, type RunOptions, type RunResult } from "./run.ts";
export { PATIENCE_MS, Spawned, type SpawnOptions } from "./spawned.ts";
export { stallReader, type StalledReader } from "./stalled-reader.ts";
export { TlsOverlay } from "./tls-overlay.ts";
export { TemporaryFolder } from "./temporary-folder.ts";
export { type Certificate, makeCertificates } from "./certificate.ts";
export { NetworkNamespace, NetworkPair, namespaces, NoNetwork } from "./namespace.ts";
export { SmtpPeer, type SmtpPeerConnection, type SmtpPeerOptions } from "./smtp-peer.ts";
export {
  endsWithUs,
  freePort,
  missingForPostfix,
  missingForSshd,
  missingForVsftpd,
  Postfix,
  SmtpSink,
  Sshd,
  Vsftpd,
  type VsftpdOptions,
} from "@socketscope/peers";
export { dissect, holes, latin1, lines, recording, said, type Step, total } from "./dissecting.ts";
export { Recorder } from "./recorder.ts";
export {
  tellTranscript,
  type ToldTranscript,
  type TranscriptPlay,
  type TranscriptStep,
  type TranscriptSubject,
} from "./transcript.ts";
export { Dovecot, type DovecotOptions, missingForDovecot } from "./dovecot.ts";
export {
  type MailSecurity,
  missingForThunderbird,
  Thunderbird,
  type ThunderbirdOptions,
} from "./thunderbird.ts";
export { FileZilla, type FileZillaFile, type FileZillaSite, missingForFileZilla } from "./filezilla.ts";
export { missingForPyftpdlib, Pyftpdlib, type PyftpdlibOptions } from "./pyftpdlib.ts";
