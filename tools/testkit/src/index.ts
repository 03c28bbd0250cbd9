export { everySplit, feed, feedEverySplit, type FeedOptions, type Outcome } from "./splits.ts";
export { type AppOptions, type ReadyLine, RunningApp, spawnApp, workspaceRoot } from "./app.ts";
export { LaunchError } from "./launch-error.ts";
export { findProgram, needing, programPath, realClient, type RealClients } from "./real-client.ts";
export { killGroup, plainEnvironment, run, type RunOptions, type RunResult } from "./run.ts";
export { Spawned, type SpawnOptions } from "./spawned.ts";
export { stallReader, type StalledReader } from "./stalled-reader.ts";
export { TemporaryFolder } from "./temporary-folder.ts";
export { type Certificate, makeCertificates } from "./certificate.ts";
