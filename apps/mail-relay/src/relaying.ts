/** What a relay has beside a mailbox: the queue, and the delivery that empties it. */
import { readFile } from "node:fs/promises";
import { codeOf, UsageError, type Log } from "@socketscope/host";
import type { TapPoint } from "@socketscope/socket-core";
import { Delivery } from "./delivery/delivery.ts";
import { MailExchangers } from "./delivery/mail-exchangers.ts";
import { Notices } from "./delivery/notices.ts";
import type { Routes } from "./delivery/routes.ts";
import { Sessions } from "./delivery/sessions.ts";
import { Queue } from "./queue/queue.ts";
import { QueueDesk } from "./queue/queue-desk.ts";
import type { Acceptance, OutgoingQueue } from "./reception/acceptance.ts";
import type { Recipients } from "./reception/recipients.ts";
import type { SpoolDoor } from "./reception/reception-options.ts";
import type { RelayOptions } from "./relay-options.ts";

export interface RelayingParts {
  readonly options: RelayOptions;
  readonly hostname: string;
  readonly postmaster: string;
  readonly routes: Routes;
  readonly spool: SpoolDoor;
  readonly acceptance: Acceptance;
  readonly recipients: Recipients;
  readonly queue: Queue;
  /** Of the connections to next hops. */
  readonly tap: TapPoint;
  readonly log: Log;
  readonly onError: (error: unknown) => void;
}

export interface Relaying {
  readonly notices: Notices;
  readonly desk: QueueDesk;
  start(): void;
  drain(ms: number): Promise<void>;
}

export async function openRelaying(parts: RelayingParts): Promise<Relaying> {
  const { options, hostname, postmaster, routes, spool, acceptance, recipients, queue, tap, log, onError } =
    parts;
  const notices = new Notices({ hostname, spool, acceptance, recipients, postmaster, now: Date.now });
  const delivery = new Delivery({
    queue,
    routes,
    exchangers: new MailExchangers({ resolver: options.resolver, port: options.mxPort, hostname }),
    sessions: new Sessions({
      hostname,
      tls: options.tlsOut,
      ca: options.tlsOutCa === undefined ? undefined : await authorities(options.tlsOutCa),
      tap,
    }),
    notices,
    schedule: options.retry,
    delayNotice: options.delayNotice === "off" ? Infinity : options.delayNotice,
    expire: options.expire,
    now: Date.now,
    onAttempt: ({ id }, line) => log.info(`${id}: ${line}`),
    onError,
  });
  return {
    notices,
    desk: new QueueDesk(queue, () => delivery.retryHops()),
    start: () => delivery.start(),
    async drain(ms) {
      await delivery.drain(ms);
      await queue.close();
    },
  };
}

export function openQueue(folder: string, { retry }: RelayOptions, log: Log): Promise<Queue> {
  return Queue.open({
    folder,
    schedule: retry,
    onTorn: (what) => log.error(`queue: set aside, look at it: ${what}`),
  });
}

/** Whoever a message was for: one address gets it. */
export function redirected(queue: Queue, address: string | undefined): OutgoingQueue {
  if (address === undefined) return queue;
  return {
    enqueue: (envelope, message, about) =>
      queue.enqueue(
        { ...envelope, recipients: [{ forwardPath: address, parameters: { notify: ["NEVER"] } }] },
        message,
        about,
      ),
    remove: (id) => queue.remove(id),
  };
}

async function authorities(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    throw new UsageError("USAGE_BAD_VALUE", `--tls-out-ca ${file} cannot be read (${codeOf(error) ?? "?"})`);
  }
}
