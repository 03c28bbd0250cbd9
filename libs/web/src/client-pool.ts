/** Connections that rest between two requests (RFC 9112 §9.3), bounded. */

export interface Restable {
  /** Another request may be sent on it. */
  readonly ready: boolean;
  end(): void;
}

export interface PoolLimits {
  /** Connections resting for one origin. Default 6. */
  readonly idlePerOrigin: number;
  /** Connections resting in all; the one that has rested longest goes first. Default 64. */
  readonly idle: number;
}

export const defaultPoolLimits: PoolLimits = { idlePerOrigin: 6, idle: 64 };

export class IdlePool<Connection extends Restable> {
  readonly #limits: PoolLimits;
  /** In the order in which they came to rest. */
  readonly #resting = new Map<Connection, string>();
  #closed = false;

  constructor(limits: PoolLimits) {
    this.#limits = limits;
  }

  get size(): number {
    let count = 0;
    for (const connection of this.#resting.keys()) if (connection.ready) count++;
    return count;
  }

  /** The one that rested last: the likeliest to be alive still. */
  take(key: string): Connection | undefined {
    let found: Connection | undefined;
    for (const [connection, its] of this.#resting) {
      if (!connection.ready) this.#resting.delete(connection);
      else if (its === key) found = connection;
    }
    if (found !== undefined) this.#resting.delete(found);
    return found;
  }

  /** What is over a limit is ended instead. */
  put(key: string, connection: Connection): void {
    if (this.#closed || this.#count(key) >= this.#limits.idlePerOrigin || this.#limits.idle === 0) {
      connection.end();
      return;
    }
    this.#resting.set(connection, key);
    if (this.#resting.size <= this.#limits.idle) return;
    const [oldest] = this.#resting.keys();
    if (oldest !== undefined) this.forget(oldest);
    oldest?.end();
  }

  forget(connection: Connection): void {
    this.#resting.delete(connection);
  }

  close(): void {
    this.#closed = true;
    for (const connection of this.#resting.keys()) connection.end();
    this.#resting.clear();
  }

  #count(key: string): number {
    let count = 0;
    for (const its of this.#resting.values()) if (its === key) count++;
    return count;
  }
}
