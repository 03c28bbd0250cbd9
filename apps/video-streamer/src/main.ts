#!/usr/bin/env node
/** Options → engine → drain. */
import { runServer } from "@socketscope/host";
import { hand, nodeHttp } from "@socketscope/web/engine";
import { videoStreamerOptions } from "./options.ts";
import { APP, startVideoStreamer, VERSION } from "./server.ts";

const engines = { hand, "node-http": nodeHttp } as const;

await runServer(
  {
    name: APP,
    version: VERSION,
    summary: "Shows films over sockets you can see through: as files with ranges and as HLS on demand.",
    examples: [
      "video-streamer --media ./films --port 8090",
      "video-streamer --udp demo=udp://239.255.0.1:5004",
      "video-streamer --engine node-http --write-timeout 10s",
    ],
    options: videoStreamerOptions,
  },
  (options, environs) => startVideoStreamer(options, environs, engines),
);
