/**
 * The life of a server process: options, start, signals, drain, exit code. SIGTERM and SIGINT let what runs finish
 * until a deadline; a second one cuts. SIGHUP reloads where there is something to reload.
 *
 * `process.exit` would truncate what a pipe has not taken yet, so the code is set and the process ends by itself.
 */
import { type CommandLine, parseCommandLine } from "./command-line.ts";
import { UsageError } from "./errors.ts";
import { describeError, EXIT, failWith, leave, survivePipes } from "./exit.ts";
import { createLog, type Log, type LogFormat } from "./log.ts";
import { Secrets } from "./secrets.ts";

export interface Running {
  /** Resolves when nobody is served any more: at once, or after at most `ms` milliseconds. How many were cut off. */
  drain(ms: number): Promise<number>;
  /** Cuts everybody off now. */
  cut(): void;
  /** On SIGHUP: certificates and rules are read again. Without it SIGHUP drains, as a closed terminal should. */
  reload?(): Promise<void>;
}

/** What a server is given to start with. */
export interface Environs {
  readonly log: Log;
  /** Hide here what the log must not show. */
  readonly secrets: Secrets;
}

export interface LifeOptions {
  readonly log: LogFormat;
  /** Milliseconds. */
  readonly drain: number;
}

/** Milliseconds after the deadline in which `drain` may still come back by itself. */
const DRAIN_GRACE = 500;

/** Resolves when the server has ended. Never rejects: the exit code and one line on standard error tell. */
export async function runServer<T extends LifeOptions>(
  line: CommandLine<T>,
  start: (options: T, environs: Environs) => Promise<Running>,
): Promise<void> {
  survivePipes();
  try {
    const parsed = parseCommandLine(line, {
      argv: process.argv.slice(2),
      env: process.env,
      cwd: process.cwd(),
    });
    if (parsed.kind === "print") {
      process.stdout.write(parsed.text);
      return;
    }
    await live(line.name, parsed.options, start);
  } catch (error) {
    // the usage is wrong, and we may not know yet how the log is wanted
    failWith(line.name, error);
  }
}

async function live<T extends LifeOptions>(
  app: string,
  options: T,
  start: (options: T, environs: Environs) => Promise<Running>,
): Promise<void> {
  const secrets = new Secrets();
  const log = createLog({ app, format: options.log, secrets, write: (line) => process.stderr.write(line) });
  const fate = watchFate();
  let running: Running | undefined;
  try {
    const started = await Promise.race([start(options, { log, secrets }), fate.fatal, fate.again]);
    if (started === "again") {
      log.warn("stopped before it was ready");
      return;
    }
    running = started;
    const reload = started.reload?.bind(started);
    await fate.untilEnd(reload, log);
    log.info("draining", { signal: fate.signal, deadline: options.drain });
    await drain(started, options.drain, fate, log);
    process.exitCode = EXIT.ok;
  } catch (error) {
    running?.cut();
    if (options.log === "json" && !(error instanceof UsageError)) {
      log.error(secrets.mask(describeError(error)));
      process.exitCode = EXIT.failure;
    } else {
      failWith(app, error, secrets);
    }
  } finally {
    leave((resources) => log.warn("ended with something still open", { resources }));
  }
}

async function drain(running: Running, ms: number, fate: Fate, log: Log): Promise<void> {
  const late = deferred<"late">();
  const timer = setTimeout(() => late.resolve("late"), ms + DRAIN_GRACE);
  const outcome = await Promise.race([running.drain(ms), late.promise, fate.again, fate.fatal]);
  clearTimeout(timer);
  if (typeof outcome === "number") {
    if (outcome > 0) log.warn("drained: the deadline cut connections off", { connections: outcome });
    else log.info("drained");
    return;
  }
  running.cut();
  log.warn(
    outcome === "late" ? "the deadline passed: everything is cut off" : "asked twice: everything is cut off",
  );
}

interface Deferred<T> {
  readonly promise: Promise<T>;
  readonly resolve: (value: T) => void;
  readonly reject: (reason: unknown) => void;
}

const nothing = (): void => undefined;

/** Promise.withResolvers, which Node 20 lacks. */
function deferred<T>(): Deferred<T> {
  let resolve: Deferred<T>["resolve"] = nothing;
  let reject: Deferred<T>["reject"] = nothing;
  const promise = new Promise<T>((take, refuse) => {
    resolve = take;
    reject = refuse;
  });
  return { promise, resolve, reject };
}

interface Fate {
  readonly signal: string | undefined;
  /** Resolves at the first signal to end; runs `reload` at each SIGHUP until then. */
  untilEnd(reload: (() => Promise<void>) | undefined, log: Log): Promise<void>;
  /** Resolves at the second signal to end. */
  readonly again: Promise<"again">;
  /** Rejects at an error nobody caught. */
  readonly fatal: Promise<never>;
}

function watchFate(): Fate {
  const first = deferred<void>();
  const again = deferred<"again">();
  const fatal = deferred<never>();
  fatal.promise.catch(nothing);
  let signal: string | undefined;
  let onHangup: (() => void) | undefined;
  const end = (name: string): void => {
    if (signal !== undefined) again.resolve("again");
    signal ??= name;
    first.resolve();
  };
  process.on("SIGTERM", end);
  process.on("SIGINT", end);
  process.on("SIGHUP", () => (onHangup === undefined ? end("SIGHUP") : onHangup()));
  process.on("uncaughtException", (error) => fatal.reject(error));
  process.on("unhandledRejection", (reason) => fatal.reject(reason));
  return {
    get signal() {
      return signal;
    },
    async untilEnd(reload, log) {
      if (reload !== undefined) onHangup = () => reloadLogged(reload, log);
      await Promise.race([first.promise, fatal.promise]);
    },
    again: again.promise,
    fatal: fatal.promise,
  };
}

/** A reload that fails leaves the server as it was. */
function reloadLogged(reload: () => Promise<void>, log: Log): void {
  reload().then(
    () => log.info("reloaded"),
    (error: unknown) => log.error(`not reloaded: ${describeError(error)}`),
  );
}
