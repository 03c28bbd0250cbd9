#!/usr/bin/env node
/** Options → viewers → exit code. */
import { runOnce } from "@socketscope/host";
import { videoClientOptions } from "./options.ts";
import { run, VERSION } from "./run.ts";

await runOnce(
  {
    name: "video-client",
    version: VERSION,
    summary: "Watches films and channels without a screen, and tells how it went.",
    positionals: [{ name: "URL", help: "of a film, a playlist, a stream that does not end; or a file.sdp" }],
    examples: [
      "video-client http://127.0.0.1:8090/live/demo/master.m3u8",
      "video-client -o film.mp4 --flat-out http://127.0.0.1:8090/vod/sample/master.m3u8",
      "video-client -o - http://127.0.0.1:8090/live/demo.mp4 | ffplay -",
      "video-client --interface 192.0.2.7 -o film.ts rtp://239.255.0.1:5004",
      "video-client --viewers 200 -t 60 --plot p.svg http://127.0.0.1:8090/live/demo/plain.m3u8",
    ],
    options: videoClientOptions,
  },
  (options) => run(options, process),
);
