/** The relay as a child, on a state folder. */
import { Child, type Control } from "./child.ts";

export interface RelayOptions {
  readonly state: string;
  /** 0: any free one. */
  readonly port: number;
  /** The next hop of all mail for others; undefined: nothing leaves. */
  readonly nextHop?: number;
  readonly control?: Control | undefined;
}

export class Relay {
  readonly port: number;
  readonly state: string;
  readonly #child: Child;

  private constructor(child: Child, state: string) {
    this.#child = child;
    this.port = child.port;
    this.state = state;
  }

  /** Throws CrashError "NOT_READY". */
  static async start({ state, port, nextHop, control }: RelayOptions): Promise<Relay> {
    const off = ["submission", "smtps", "pop3", "pop3s", "web"].flatMap((name) => [`--${name}-port`, "off"]);
    const route =
      nextHop === undefined
        ? []
        : [
            "--relay",
            "--trust",
            "127.0.0.1/32",
            "--route",
            `far.test=127.0.0.1:${nextHop}`,
            "--retry",
            "200ms",
          ];
    const args = [`--port=${port}`, `--state=${state}`, ...off, ...route];
    return new Relay(await Child.start({ app: "mail-relay", listener: "smtp", args, control }), state);
  }

  /** It does nothing from here on; what it has told others is told. */
  standStill(): void {
    this.#child.standStill();
  }

  kill(): Promise<void> {
    return this.#child.kill();
  }

  stop(): Promise<void> {
    return this.#child.stop();
  }
}
