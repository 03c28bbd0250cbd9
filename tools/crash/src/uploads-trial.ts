/** One trial: FTP uploads, a crash, and the question whether every file is there that was answered 226, and none is half. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { Child, type Control } from "./child.ts";
import { CrashError } from "./crash-error.ts";
import { Disk } from "./disk.ts";
import { filesIn } from "./marked-file.ts";
import type { Outcome, TrialOptions } from "./trial.ts";
import { login, startUploaders, type Stored } from "./uploaders.ts";

export type UploadsTrialOptions = Omit<TrialOptions, "nextHop">;

/** Throws CrashError. */
export async function uploadsTrial({
  crash,
  senders,
  control,
  after,
}: UploadsTrialOptions): Promise<Outcome> {
  const folder = mkdtempSync(join(tmpdir(), "crash-"));
  const disks: Disk[] = [];
  try {
    const first = crash === "power" ? Disk.make(folder) : undefined;
    if (first !== undefined) disks.push(first);
    const at = first?.folder ?? folder;
    const server = await startServer(join(folder, "state"), join(at, "home"), control);
    const { stored, over } = startUploaders(server.port, senders);
    await firstOf(stored);
    await setTimeout(after);
    server.standStill();
    const second = first?.afterPowerLoss(folder);
    if (second !== undefined) disks.push(second);
    await server.kill();
    await over;
    return await judge(join(second?.folder ?? folder, "home"), stored);
  } finally {
    for (const disk of disks) disk.remove();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A busy machine takes its time to begin; a crash before the first answer shows nothing. */
async function firstOf(stored: Stored): Promise<void> {
  const end = Date.now() + 60_000;
  while (stored.size === 0) {
    if (Date.now() > end) throw new CrashError("LATE", "no upload was answered in a minute");
    await setTimeout(10);
  }
}

function startServer(state: string, home: string, control: Control | undefined): Promise<Child> {
  return Child.start({
    app: "file-transfer",
    listener: "ftp",
    args: [
      "--port=0",
      "--implicit-port=off",
      "--sftp-port=off",
      "--web-port=off",
      `--state=${state}`,
      `--home=${home}`,
      `--user=${login.user}:${login.password}`,
    ],
    control,
  });
}

async function judge(home: string, stored: Stored): Promise<Outcome> {
  const { whole, torn } = await filesIn(home);
  // A later version than the answered one was in its place already when the answer was lost on its way.
  const lost = [...stored].filter(([name, version]) => (whole.get(name) ?? -1) < version).length;
  return { acknowledged: stored.size, lost, torn: torn.length, doubles: { inFlight: 0, other: 0 } };
}
