/** From options to what the command does. */
import type { Readable, Writable } from "node:stream";
import { EXIT, UsageError } from "@socketscope/host";
import { hear, sendDatagrams } from "./datagrams.ts";
import { messages } from "./input.ts";
import type { SocketOptions } from "./options.ts";
import { Shown } from "./output.ts";
import { formatTable, readTable } from "./table.ts";
import { connect, listen } from "./tcp.ts";
import type { Person } from "./talk.ts";

export interface Terminal {
  readonly stdin: Readable;
  readonly stdout: Writable;
  readonly stderr: Writable;
}

/** The exit code. */
export async function run(options: SocketOptions, { stdin, stdout, stderr }: Terminal): Promise<number> {
  const { command, at, quiet } = options;
  if (command === "table") {
    stdout.write(formatTable(await readTable(), at?.port));
    return EXIT.ok;
  }
  if (at === undefined)
    throw new UsageError("USAGE_BAD_VALUE", `${command}: say where, such as 127.0.0.1:8080`);
  const person: Person = {
    messages: messages(stdin, options),
    shown: new Shown(stdout, options.show),
    note: (text) => {
      if (!quiet) stderr.write(`* ${text}\n`);
    },
  };
  try {
    switch (command) {
      case "connect": {
        const reason = await connect(at, person, options);
        return reason === "io" ? EXIT.failure : EXIT.ok;
      }
      case "listen":
        await listen(at, person, options);
        return EXIT.ok;
      case "udp":
        await sendDatagrams(at, person, options);
        return EXIT.ok;
      case "hear":
      case "join":
        await hear(at, person, options);
        return EXIT.ok;
    }
  } finally {
    // A terminal that may still speak would keep us here.
    stdin.destroy();
  }
}
