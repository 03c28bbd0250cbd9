/** `npm run bundle:offline`: the programs, lessons, texts and the sample film in one tarball that needs Node and nothing else. */
import { writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { EXIT, kinds, runOnce } from "@socketscope/host";
import { makeBundle } from "./bundle.ts";
import { tarball } from "./tarball.ts";

const root = fileURLToPath(new URL("../../..", import.meta.url)).replace(/[\\/]$/, "");

await runOnce(
  {
    name: "bundle",
    version: "0.1.0",
    summary: "Everything that runs with Node alone, on any system and without a network, in one tarball.",
    examples: ["bundle", "bundle --out /media/stick/socketscope.tar.gz"],
    options: (read) => ({
      out: read.one("out", kinds.path("FILE"), {
        help: "where to write it",
        default: resolve(root, "socketscope-offline.tar.gz"),
        shown: "socketscope-offline.tar.gz",
      }),
    }),
  },
  async ({ out }) => {
    const bundle = await makeBundle(root);
    const octets = await tarball(bundle, "socketscope");
    writeFileSync(out, octets);
    const mega = (octets.length / 1e6).toFixed(1);
    console.log(`${out}: ${bundle.size} files, ${mega} MB. There: tar xzf it, cd socketscope, npm start`);
    return EXIT.ok;
  },
);
