import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { acquireLock, defaultStateFolder, openStateFolder, writeFileAtomic } from "../src/index.ts";
import { run } from "./fixture/run.ts";

const fresh = (): string => mkdtempSync(join(tmpdir(), "host-state-"));
const mode = (path: string): string => (statSync(path).mode & 0o777).toString(8);

describe("the state folder", () => {
  it("is where the XDG specification has it", () => {
    expect(defaultStateFolder({ HOME: "/h" }, "linux").path).toBe("/h/.local/state/socketscope");
    expect(defaultStateFolder({ HOME: "/h", XDG_STATE_HOME: "/x" }, "linux").path).toBe("/x/socketscope");
    // "If an implementation encounters a relative path … it should consider the path invalid and ignore it."
    expect(defaultStateFolder({ HOME: "/h", XDG_STATE_HOME: "x" }, "linux").path).toBe(
      "/h/.local/state/socketscope",
    );
  });

  it("is made for its user alone, whatever the umask", async () => {
    const path = join(fresh(), "a", "b");
    const state = await openStateFolder(path);
    expect(mode(path)).toBe("700");
    await state.write("secret", "x");
    await state.write("public", "y", 0o644);
    expect([mode(state.file("secret")), mode(state.file("public"))]).toEqual(["600", "644"]);
    expect((await state.read("secret"))?.toString()).toBe("x");
    expect(await state.read("nothing")).toBeUndefined();
  });

  it("is closed when empty, refused when somebody may already look in", async () => {
    const empty = fresh();
    chmodSync(empty, 0o755);
    await openStateFolder(empty);
    expect(mode(empty)).toBe("700");

    const used = fresh();
    writeFileSync(join(used, "theirs"), "");
    chmodSync(used, 0o755);
    await expect(openStateFolder(used)).rejects.toMatchObject({
      code: "STATE_OPEN_TO_OTHERS",
      message: expect.stringContaining("chmod 700 it, or choose another with --state DIR"),
    });
    expect(mode(used)).toBe("755");
  });

  it("refuses a socket path the kernel could not take", async () => {
    const path = join(fresh(), "x".repeat(100));
    const state = await openStateFolder(path);
    expect(() => state.socket("web-server.sock")).toThrow(
      expect.objectContaining({
        code: "STATE_PATH_TOO_LONG",
        message: expect.stringMatching(/choose a shorter --state/),
      }),
    );
  });
});

describe("an atomic write", () => {
  it("replaces the content and leaves nothing beside it", async () => {
    const folder = fresh();
    await writeFileAtomic(join(folder, "a"), "old", 0o600);
    await writeFileAtomic(join(folder, "a"), "new", 0o600);
    expect(readFileSync(join(folder, "a"), "utf8")).toBe("new");
    expect(readdirSync(folder)).toEqual(["a"]);
  });

  it("that fails leaves the old content and nothing beside it", async () => {
    const folder = fresh();
    mkdirSync(join(folder, "a", "full"), { recursive: true });
    await expect(writeFileAtomic(join(folder, "a"), "new", 0o600)).rejects.toThrow(/EISDIR/);
    expect(readdirSync(folder)).toEqual(["a"]);
  });
});

describe("a lock", () => {
  it("is held once, also within one process, and free after release", async () => {
    const folder = join(fresh(), "x.lock");
    const lock = await acquireLock(folder, { wait: 0 });
    await expect(acquireLock(folder, { wait: 30 })).rejects.toMatchObject({
      code: "STATE_LOCKED",
      message: expect.stringContaining(String(process.pid)),
    });
    await lock.release();
    await (await acquireLock(folder, { wait: 0 })).release();
    expect(readdirSync(folder)).toEqual([]);
  });

  it("of a killed process is free at once", async () => {
    const folder = join(fresh(), "x.lock");
    const holder = run("lock-holder.ts", [folder, "keep"]);
    expect(await holder.line()).toBe("held");
    await expect(acquireLock(folder, { wait: 0 })).rejects.toMatchObject({ code: "STATE_LOCKED" });
    holder.child.kill("SIGKILL");
    await holder.ended();
    expect(readdirSync(folder)).toHaveLength(1);
    await acquireLock(folder, { wait: 0 });
    expect(readdirSync(folder)).toEqual([expect.stringMatching(`^${process.pid}-`)]);
  });

  it.runIf(process.platform === "linux")(
    "is not held by whoever got a dead holder's process id",
    async () => {
      const folder = join(fresh(), "x.lock");
      mkdirSync(folder);
      // this process's id, but not its start time
      writeFileSync(join(folder, `${process.pid}-1-00`), "");
      await acquireLock(folder, { wait: 0 });
      expect(readdirSync(folder)).toHaveLength(1);
    },
  );

  it("lets exactly one of racing programs start, over a stale claim", async () => {
    const folder = join(fresh(), "x.lock");
    mkdirSync(folder);
    writeFileSync(join(folder, "2147483646-1-00"), "");
    const racers = Array.from({ length: 4 }, () => run("lock-holder.ts", [folder, "once"]));
    const said = await Promise.all(racers.map((racer) => racer.line()));
    for (const racer of racers) racer.child.stdin.end();
    await Promise.all(racers.map((racer) => racer.ended()));
    expect(said.filter((word) => word === "held")).toHaveLength(1);
    expect(said.filter((word) => word === "STATE_LOCKED")).toHaveLength(3);
  });

  it("keeps processes out of each other's work", async () => {
    const folder = join(fresh(), "x.lock");
    await Promise.all([0, 1, 2].map(() => run("lock-holder.ts", [folder, "25"]).ended()));
    const log = readFileSync(`${folder}.log`, "utf8").trimEnd().split("\n");
    expect(log).toHaveLength(150);
    for (let i = 0; i < log.length; i += 2) expect(log[i + 1]).toBe(log[i]?.replace("in", "out"));
  });
});

describe("an app's lock", () => {
  it("names the app, the folder, the process and the way out", async () => {
    const state = await openStateFolder(fresh());
    const lock = await state.lockFor("web-server");
    await expect(state.lockFor("web-server")).rejects.toThrow(
      `web-server runs already with the state folder ${state.path} (`,
    );
    await expect(state.lockFor("web-server")).rejects.toThrow(
      `process ${process.pid}): stop it, or choose another folder with --state DIR`,
    );
    await (await state.lockFor("mail-relay")).release();
    await lock.release();
  });
});
