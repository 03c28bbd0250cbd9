/** FTP programs that we did not write: what they store is in the home, octet for octet, and what is there they fetch. */
import { mkdirSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { createHash } from "node:crypto";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { crc32 } from "node:zlib";
import { realClient, run, spawnApp, TemporaryFolder, type RunningApp } from "@socketscope/testkit";
import { Client } from "basic-ftp";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { failsBehindFtpSrv, isChance, readmeTable } from "./known.ts";
import { makeTree, names, namesIn, octets, sha256, treeOf } from "./tree.ts";

const ftplib = fileURLToPath(new URL("ftplib_client.py", import.meta.url));

describe.each(["hand", "ftp-srv"])("real FTP programs, engine %s", (engine) => {
  /** Without those whose outcome is chance with the library. */
  const steady = <T extends readonly [string, ...unknown[]]>(ways: readonly T[]): readonly T[] =>
    ways.filter(([way]) => engine === "hand" || !isChance(way));
  let folder: TemporaryFolder;
  let app: RunningApp;
  const home = (): string => join(folder.path, "home");
  const local = (): string => join(folder.path, "local");

  beforeAll(async () => {
    folder = new TemporaryFolder("ftp-clients");
    mkdirSync(home());
    mkdirSync(local());
    mkdirSync(join(folder.path, "public"));
    writeFileSync(join(folder.path, "public", "read me"), "hello\n");
    makeTree(join(folder.path, "tree"), engine === "hand" ? 200 : 5);
    app = await spawnApp("file-transfer", [
      `--engine=${engine}`,
      "--user=ann:s e:cret",
      `--home=${home()}`,
      `--anonymous=${join(folder.path, "public")}`,
      "--login-delay=off",
      `--xferlog=${join(folder.path, "xferlog")}`,
      "--mode-z",
      "--log=json",
    ]);
  });
  afterAll(async () => {
    await app[Symbol.asyncDispose]();
    folder[Symbol.dispose]();
  });
  beforeEach(({ task }) => {
    // What the library is known not to do must go on failing: else the table is wrong.
    const what = `${task.suite?.name ?? ""}: ${task.name}`;
    if (engine === "ftp-srv" && Object.hasOwn(failsBehindFtpSrv, what)) Object.assign(task, { fails: true });
    // The home itself stays, and what the server keeps in it: it holds both open.
    for (const path of [home(), local()])
      for (const name of namesIn(path)) rmSync(join(path, name), { recursive: true });
  });

  const portOf = (name: string): string => new URL(app.url(name).replace(/^\w+:/, "http:")).port;
  const ca = (): string => app.ready.ca ?? "";
  const tree = (): string => join(folder.path, "tree");
  const big = (): string => sha256(readFileSync(join(tree(), "big.bin")));

  realClient("curl").describe("curl", () => {
    const curl = async (...args: readonly string[]): Promise<Buffer> => {
      const result = await run("curl", ["-sS", "--max-time", "20", "-u", "ann:s e:cret", ...args]);
      expect(result.stderr).toBe("");
      return Buffer.from(result.stdout);
    };
    const url = (path: string, scheme = "ftp"): string => `${scheme}://127.0.0.1:${portOf(scheme)}/${path}`;

    it.each([
      ["EPSV", []],
      ["PASV", ["--disable-epsv"]],
      ["EPRT", ["-P", "-"]],
      ["PORT", ["-P", "-", "--disable-eprt"]],
    ])("fetches and stores with %s", async (_, how) => {
      await curl(...how, "-T", join(tree(), "big.bin"), url("up%20%e2%98%83.bin"));
      expect(sha256(readFileSync(join(home(), "up ☃.bin")))).toBe(big());
      expect(sha256(await curl(...how, url("up%20%e2%98%83.bin")))).toBe(big());
      expect((await curl(...how, url(""))).toString()).toMatch(/^-rw-r--r-- .* 3000000 .* up ☃\.bin\r?\n$/);
    });

    it("talks over IPv6", async () => {
      writeFileSync(join(home(), "six"), "six");
      const at = app.urls("ftp").find((one) => one.includes("[::1]"));
      expect((await curl("-g", `${at}/six`)).toString()).toBe("six");
    });

    it.each(
      steady([
        ["AUTH TLS", "ftp", ["--ssl-reqd"]],
        ["AUTH TLS, version 1.2", "ftp", ["--ssl-reqd", "--tls-max", "1.2"]],
        ["TLS from the first octet", "ftps", []],
        ["TLS from the first octet, version 1.2", "ftps", ["--tls-max", "1.2"]],
      ]),
    )("verifies %s", async (_, scheme, how) => {
      await curl("--cacert", ca(), ...how, "-T", join(tree(), "big.bin"), url("tls.bin", scheme));
      expect(sha256(readFileSync(join(home(), "tls.bin")))).toBe(big());
      expect(sha256(await curl("--cacert", ca(), ...how, url("tls.bin", scheme)))).toBe(big());
    });

    it("resumes both ways", async () => {
      const whole = readFileSync(join(tree(), "big.bin"));
      writeFileSync(join(home(), "down"), whole);
      writeFileSync(join(local(), "down"), whole.subarray(0, 1_234_567));
      await curl("-C", "-", "-o", join(local(), "down"), url("down"));
      expect(sha256(readFileSync(join(local(), "down")))).toBe(big());
      writeFileSync(join(home(), "up"), whole.subarray(0, 2_000_001));
      await curl("-C", "-", "-T", join(tree(), "big.bin"), url("up"));
      expect(sha256(readFileSync(join(home(), "up")))).toBe(big());
      expect((await curl("-r", "10-19", url("up"))).equals(whole.subarray(10, 20))).toBe(true);
    });

    it("makes folders, renames, sets times, deletes", async () => {
      await curl("--ftp-create-dirs", "-T", join(tree(), "one octet"), url("a/b/c/d"));
      expect(readdirSync(join(home(), "a/b/c"))).toEqual(["d"]);
      await curl("-Q", "-RNFR a/b/c/d", "-Q", "-RNTO e", "-Q", "-MFMT 20200102030405 e", url(""));
      expect((await curl("-I", url("e"))).toString()).toContain(
        "Last-Modified: Thu, 02 Jan 2020 03:04:05 GMT",
      );
      await curl("-Q", "-DELE e", "-Q", "-RMD a/b/c", url(""));
      expect(treeOf(home())).toEqual({ "a/": "", "a/b/": "" });
    });

    it("is told hashes of what it stored", async () => {
      await curl("-T", join(tree(), "big.bin"), url("big.bin"));
      const whole = readFileSync(join(tree(), "big.bin"));
      const asked = [
        "-Q",
        "XMD5 big.bin",
        "-Q",
        "XSHA256 big.bin",
        "-Q",
        'XCRC "big.bin" 10 20',
        "-Q",
        "HASH big.bin",
      ];
      const { stderr } = await run("curl", ["-sv", "-u", "ann:s e:cret", ...asked, "-I", url("")]);
      const hash = (name: string): string => createHash(name).update(whole).digest("hex");
      const part = crc32(whole.subarray(10, 20)).toString(16).padStart(8, "0");
      for (const wanted of [hash("md5"), hash("sha256"), part].map((hex) => `< 250 ${hex.toUpperCase()}\r`))
        expect(stderr).toContain(wanted);
      expect(stderr).toContain(`< 213 SHA-256 0-${whole.length} ${hash("sha256")} big.bin\r`);
    });

    it("converts line ends where it is asked to", async () => {
      // curl sends CRLF for each LF.
      writeFileSync(join(local(), "text"), "one\ntwo\n");
      await curl("--use-ascii", "-T", join(local(), "text"), url("text"));
      expect(readFileSync(join(home(), "text"), "latin1")).toBe("one\ntwo\n");
      expect((await curl(`${url("text")};type=a`)).toString()).toBe("one\ntwo\n");
    });

    it("is turned away with a wrong password, and reads only as anonymous", async () => {
      const wrong = await run("curl", ["-sS", "-u", "ann:x", url("")]);
      expect(wrong.code).toBe(67);
      const anonymous = await run("curl", ["-sS", url("read%20me")]);
      expect(anonymous.text).toBe("hello\n");
      const stored = await run("curl", ["-sS", "-T", join(tree(), "empty"), url("x")]);
      expect(stored.code).toBe(25);
      expect(readdirSync(join(folder.path, "public"))).toEqual(["read me"]);
    });
  });

  realClient("lftp").describe("lftp", () => {
    const lftp = async (commands: string, settings = ""): Promise<void> => {
      // It takes MODE Z by itself where it is offered.
      const script = `set net:max-retries 1; set net:timeout ${engine === "hand" ? 15 : 4}; set ftp:use-mode-z no; set ssl:ca-file ${ca()}; ${settings};
        open -u ann,"s e:cret" ftp://127.0.0.1:${portOf("ftp")}; ${commands}; bye`;
      const result = await run("lftp", ["--norc", "-c", script]);
      expect([result.code, result.stderr]).toEqual([0, ""]);
    };

    it.each(
      steady([
        ["in clear", "set ftp:ssl-allow no"],
        ["under TLS", "set ftp:ssl-force yes; set ftp:ssl-protect-data yes"],
        ["active", "set ftp:ssl-allow no; set ftp:passive-mode no"],
        ["active under TLS", "set ftp:ssl-force yes; set ftp:ssl-protect-data yes; set ftp:passive-mode no"],
        ["by MLSD", "set ftp:ssl-allow no; set ftp:use-mlsd yes"],
        ["in MODE Z", "set ftp:ssl-allow no; set ftp:use-mode-z yes; debug -o DIALOGUE 9"],
      ]),
    )(
      "mirrors both ways, %s",
      async (_, settings) => {
        const dialogue = join(folder.path, "dialogue");
        // In MODE Z it manages ten files a second.
        const below = settings.includes("DIALOGUE") ? "names" : "";
        await lftp(
          `mirror -R --parallel=4 ${join(tree(), below)} /up; mirror --parallel=4 /up ${local()}/down`,
          settings.replace("DIALOGUE", dialogue),
        );
        if (settings.includes("DIALOGUE")) expect(readFileSync(dialogue, "utf8")).toMatch(/^---> MODE Z$/m);
        const wanted = treeOf(join(tree(), below));
        expect(treeOf(join(home(), "up"))).toEqual(wanted);
        expect(treeOf(join(local(), "down"))).toEqual(wanted);
      },
      120_000,
    );

    it("fetches one file over several connections, each from its own octet on", async () => {
      writeFileSync(join(home(), "big"), octets(8_000_000));
      await lftp(`pget -n 4 big -o ${local()}/big`, "set ftp:ssl-allow no");
      expect(sha256(readFileSync(join(local(), "big")))).toBe(sha256(octets(8_000_000)));
    });
  });

  realClient("tnftp").describe("tnftp", () => {
    it("stores and fetches, passive and active", async () => {
      for (const mode of ["-p", "-A"]) {
        const script = [
          `user ann "s e:cret"`,
          "binary",
          `put "${join(tree(), "big.bin")}" "up ${mode}"`,
          `get "up ${mode}" "${join(local(), `got${mode}`)}"`,
          "quit",
        ];
        const result = await run("tnftp", ["-n", "-i", mode, "127.0.0.1", portOf("ftp")], {
          input: `${script.join("\n")}\n`,
        });
        expect(result.stderr).toBe("");
        expect(sha256(readFileSync(join(home(), `up ${mode}`)))).toBe(big());
        expect(sha256(readFileSync(join(local(), `got${mode}`)))).toBe(big());
      }
    });
  });

  realClient("ncftpput", "ncftpget").describe("ncftp", () => {
    it("stores and fetches a whole tree", async () => {
      const login = ["-u", "ann", "-p", "s e:cret", "-P", portOf("ftp")];
      const put = await run("ncftpput", ["-R", ...login, "127.0.0.1", "/", join(tree(), "deep")]);
      expect(put.code).toBe(0);
      const get = await run("ncftpget", ["-R", ...login, "127.0.0.1", local(), "/deep"]);
      expect(get.code).toBe(0);
      const deep = treeOf(join(tree(), "deep"));
      expect([treeOf(join(home(), "deep")), treeOf(join(local(), "deep"))]).toEqual([deep, deep]);
    });
  });

  realClient("wget").describe("wget", () => {
    it("fetches a tree, in clear and under TLS", async () => {
      makeTree(join(home(), "site"), 20);
      for (const scheme of ["ftp", "ftps"]) {
        const result = await run("wget", [
          "-q",
          "-r",
          "-nH",
          "--no-remove-listing",
          "--restrict-file-names=nocontrol",
          "--user=ann",
          "--password=s e:cret",
          `--ca-certificate=${ca()}`,
          "--tries=1",
          "--timeout=15",
          ...(scheme === "ftps" ? ["--ftps-implicit"] : []),
          "-P",
          join(local(), scheme),
          `${scheme}://127.0.0.1:${portOf(scheme)}/site/many/`,
        ]);
        expect([result.code, result.stderr]).toEqual([0, ""]);
        const got = treeOf(join(local(), scheme, "site/many"));
        delete got[".listing"];
        expect(got).toEqual(treeOf(join(home(), "site/many")));
      }
    });
  });

  realClient("python3").describe("Python's ftplib", () => {
    it.each(steady([["in clear"], ["under TLS"]]))("does all it can, %s", async (how) => {
      writeFileSync(join(home(), "huge.bin"), "");
      truncateSync(join(home(), "huge.bin"), 64 * 1024 * 1024);
      const result = await run("python3", [
        ftplib,
        "127.0.0.1",
        portOf("ftp"),
        "ann",
        "s e:cret",
        how === "under TLS" ? ca() : "-",
      ]);
      expect(result.stderr).toBe("");
      const clear = how === "in clear";
      expect(JSON.parse(result.text)).toEqual({
        ...(clear ? { abort: "426", after: "226" } : { reused: true }),
        pwd: "/python",
        same: true,
        resumed: true,
        size: 1_024_000,
        list: 2,
        mlsd: [
          ["a b.bin", "file", "1024000"],
          ["half", "file", "1024000"],
        ],
        text: ["one", "two"],
        nlst: ["a b.bin", "text", "whole"],
        noop: "200",
        escape: "550",
        quit: "221",
      });
      expect(namesIn(home())).toEqual(["huge.bin"]);
    });
  });

  describe("basic-ftp", () => {
    it.each(
      steady([
        ["in clear", false],
        ["under TLS", true],
      ]),
    )("stores and fetches a tree, %s", async (_, secure) => {
      using client = Object.assign(new Client(20_000), {
        [Symbol.dispose](this: Client) {
          this.close();
        },
      });
      await client.access({
        host: "127.0.0.1",
        port: Number(portOf("ftp")),
        user: "ann",
        password: "s e:cret",
        ...(secure && { secure, secureOptions: { ca: readFileSync(ca()), servername: "localhost" } }),
      });
      // It writes CR and LF into no command, and blanks it can only take in the middle of names.
      await client.uploadFromDir(join(tree(), "names"), "names");
      await client.downloadToDir(join(local(), "names"), "names");
      expect(Object.keys(treeOf(join(home(), "names")))).toEqual(names.toSorted());
      const wanted = treeOf(join(tree(), "names"));
      expect([treeOf(join(home(), "names")), treeOf(join(local(), "names"))]).toEqual([wanted, wanted]);
    });
  });

  it("keeps an xferlog of what went over the line", async () => {
    const lines = readFileSync(join(folder.path, "xferlog"), "utf8").trim().split("\n");
    for (const line of lines)
      expect(line).toMatch(
        /^\w{3} \w{3} [ \d]\d \d\d:\d\d:\d\d \d{4} \d+ (?:127\.0\.0\.1|::1) \d+ \/\S+ [ab] _ [io] [ar] \S+ ftp 0 \* [ci]$/u,
      );
    expect(lines.length).toBeGreaterThan(10);
  });
});

it("what fails behind ftp-srv is told in the README, as it is tried here", () => {
  expect(readFileSync(new URL("../../README.md", import.meta.url), "utf8")).toContain(readmeTable());
});
