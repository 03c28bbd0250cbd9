import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { cpus, release, totalmem, type } from "node:os";

/** Who measured what, when: a number without this is worth nothing. */
export function describeMachine(): Record<string, string> {
  const [cpu] = cpus();
  return {
    date: new Date().toISOString().slice(0, 10),
    processor: `${cpus().length} × ${cpu?.model.trim() ?? "unknown"}`,
    memory: `${Math.round(totalmem() / 2 ** 30)} GiB`,
    system: `${type()} ${release()}`,
    node: process.version,
    nginx: version("nginx", "-v", /nginx\/(\S+)/),
    wrk: version("wrk", "-v", /wrk (?:debian\/)?(\S+)/),
    OpenSSH: version("ssh", "-V", /OpenSSH_([\w.]+)/),
    Postfix: version("postconf", "-d", /^mail_version = (\S+)$/m),
    "smtp-server": versionOfPackage("smtp-server"),
  };
}

/** As the lock file pins it. */
function versionOfPackage(name: string): string {
  const lock = readFileSync(new URL("../../../package-lock.json", import.meta.url), "utf8");
  const pinned = new RegExp(`"node_modules/${name}": \\{\\s*"version": "([^"]+)"`).exec(lock);
  return pinned?.[1] ?? "not installed";
}

function version(program: string, option: string, pattern: RegExp): string {
  const { stdout, stderr } = spawnSync(program, [option], { encoding: "utf8" });
  return pattern.exec(`${stdout}${stderr}`)?.[1] ?? "not installed";
}
