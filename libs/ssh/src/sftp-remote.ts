/** SFTP as a caller likes it: a request is a promise of its answer, and any number of them may be under way. */
import {
  SftpClient,
  type Opening,
  type SftpAnswer,
  type SftpRequest,
  type RequestType,
} from "@socketscope/sftp";
import { drive, type Stream } from "@socketscope/socket-core";
import { SshError } from "./errors.ts";

/** A request without its id. */
export type Asked<T extends RequestType = RequestType> = { [K in T]: Omit<SftpRequest<K>, "id"> }[T];

export interface SftpRemoteOptions {
  /** Milliseconds without an octet from the server while an answer is due. Default 60 s. */
  readonly timeout?: number;
}

export interface SftpRemote {
  /** What the server said of itself. */
  readonly opening: Opening;
  readonly stream: Stream;
  /** Resolves with the answer, also with a STATUS that says no; rejects with SshError "CONNECTION" when there will be none. */
  ask(request: Asked): Promise<SftpAnswer>;
  /** Resolves when so little is queued that another WRITE may be asked. */
  drained(): Promise<void>;
  end(): void;
}

/** Opens the conversation on a channel. Rejects with {@link SshError}. */
export function openSftp(stream: Stream, options: SftpRemoteOptions = {}): Promise<SftpRemote> {
  const waiting = new Map<number, { resolve(answer: SftpAnswer): void; reject(error: SshError): void }>();
  let why = "the server ended the conversation";
  let nextId = 0;
  return new Promise((resolve, reject) => {
    const clock = { ms: options.timeout ?? 60_000, from: "progress" } as const;
    const link = drive(
      stream,
      new SftpClient(),
      {
        on(event) {
          if (event.type === "answer") {
            const { id } = event.answer;
            const asked = waiting.get(id);
            waiting.delete(id);
            asked?.resolve(event.answer);
          } else
            resolve({
              opening: event,
              stream,
              ask: (request) => ask(request),
              drained: () => link.drained(),
              end: () => link.end(),
            });
        },
        refused(error) {
          why = error.message;
        },
        closed() {
          const error = (): SshError => new SshError("CONNECTION", why);
          reject(error());
          for (const asked of waiting.values()) asked.reject(error());
          waiting.clear();
          gone = true;
        },
      },
      { version: clock, answer: clock },
      { readsWhileFull: true },
    );
    let gone = false;
    link.send({ type: "init" });

    function ask(request: Asked): Promise<SftpAnswer> {
      if (gone) return Promise.reject(new SshError("CONNECTION", why));
      const id = nextId;
      nextId = (nextId + 1) % 0x1_0000_0000;
      return new Promise((resolve, reject) => {
        waiting.set(id, { resolve, reject });
        link.send({ ...request, id });
      });
    }
  });
}
