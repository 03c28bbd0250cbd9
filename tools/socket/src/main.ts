#!/usr/bin/env node
/** `npm run socket -- connect 127.0.0.1:8080`: a raw socket in your hands, the same on every platform. */
import { runOnce } from "@socketscope/host";
import { socketOptions } from "./options.ts";
import { run } from "./run.ts";

await runOnce(
  {
    name: "socket",
    version: "0.1.0",
    summary: "Opens a socket and hands it to you: lines go out, what comes is shown.",
    positionals: [
      { name: "COMMAND", help: "connect, listen, udp, hear, join or table" },
      { name: "PLACE", help: "HOST:PORT, GROUP:PORT, or a port of this machine", optional: true },
    ],
    examples: [
      "socket connect 127.0.0.1:8080              type a request, end it with Ctrl-D",
      "socket listen 9000 --show hex              see what a client says",
      "socket udp 127.0.0.1:9000 --line-end none  each line is a datagram",
      "socket hear 9000 --count 3                 hear what is sent to a port",
      "socket join 239.1.2.3:5004 --count 3       hear a group",
      "socket table 8080                          who is on this port",
    ],
    options: socketOptions,
  },
  (options) => run(options, process),
);
