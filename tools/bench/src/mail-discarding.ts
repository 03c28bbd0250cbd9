/** Servers that take every message and throw it away: what SMTP itself costs, without a disk. */
import { createServer, type Server } from "node:net";
import type { Conversation } from "@socketscope/mail-relay/engine/engine";
import { hand } from "@socketscope/mail-relay/engine/hand";
import { TapPoint, type Admission } from "@socketscope/socket-core";
import { SMTPServer } from "smtp-server";
import { BenchError } from "./bench-error.ts";

const ok = { code: 250, enhanced: "2.0.0", lines: ["OK"] } as const;

const discarding: Conversation = {
  greet: () => ({ code: 220, lines: ["bench.test ESMTP"] }),
  hello: () => undefined,
  credentials: () => undefined,
  loggedIn() {},
  loginFailed() {},
  mail: () => ok,
  rcpt: () => ok,
  content: () => ({
    write() {},
    finish: () => ok,
    abort() {},
  }),
  verify: () => ok,
  reset() {},
  refused() {},
  closed() {},
};

const everybody: Admission = { admit: () => ({ action: "allow" }), release() {} };

/** The relay's own engine behind the relay's own listener. */
export async function oursSmtp(): Promise<number> {
  const listener = await hand({
    role: "smtp",
    host: "127.0.0.1",
    port: 0,
    hostname: "bench.test",
    authClear: false,
    limits: {
      maxSize: Infinity,
      idle: 300_000,
      maxConnections: 20_000,
      loginDelay: 0,
      session: { commands: Infinity },
    },
    tap: new TapPoint(),
    admission: everybody,
    converse: () => discarding,
    onError: (error) => console.error(error),
  });
  return listener.address.port;
}

/** The first letters of DATA and QUIT. */
const D = 68;
const Q = 81;

/** What sockets of Node cost: it knows DATA and QUIT by their first letter, the end of a message by its dot, and nothing else. */
export async function bareSmtp(): Promise<number> {
  const line = (text: string): Buffer => Buffer.from(`${text}\r\n`);
  const greeting = line("220 bench.test");
  const yes = line("250 OK");
  const goOn = line("354 Go on");
  const bye = line("221 Bye");
  const server = createServer({ noDelay: true }, (socket) => {
    let isContent = false;
    socket.on("error", () => socket.destroy());
    socket.on("data", (octets) => {
      if (isContent) {
        isContent = octets.indexOf("\r\n.\r\n", octets.length - 5) < 0;
        if (!isContent) socket.write(yes);
      } else if (octets[0] === Q) socket.end(bye);
      else {
        isContent = octets[0] === D;
        socket.write(isContent ? goOn : yes);
      }
    });
    socket.write(greeting);
  });
  await new Promise<void>((resolve) => server.listen({ port: 0, host: "127.0.0.1", backlog: 4096 }, resolve));
  return portOf(server, "the bare server");
}

export async function librarySmtp(): Promise<number> {
  const server = new SMTPServer({
    disabledCommands: ["AUTH", "STARTTLS"],
    disableReverseLookup: true,
    logger: false,
    onData(stream, _session, done) {
      stream.resume();
      stream.once("end", () => done());
    },
  });
  const { server: listening } = server;
  await new Promise<void>((resolve) => server.listen({ port: 0, host: "127.0.0.1", backlog: 4096 }, resolve));
  return portOf(listening, "smtp-server");
}

function portOf(server: Server, name: string): number {
  const address = server.address();
  if (typeof address !== "object" || address === null) throw new BenchError("SERVER", `${name} has no port`);
  return address.port;
}
