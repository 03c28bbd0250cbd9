import { createSocket } from "node:dgram";
import { connect as connectPlain } from "node:net";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { INSPECTOR_SOCKET, parseCommandLine } from "@socketscope/host";
import { listenTcp, type Listener } from "@socketscope/socket-core";
import { freePort, run as runProgram, Spawned, TemporaryFolder } from "@socketscope/testkit";
import { fileURLToPath } from "node:url";
import { octetsOf } from "../src/input.ts";
import { socketOptions } from "../src/options.ts";
import { hexDump } from "../src/output.ts";
import { run } from "../src/run.ts";

interface Ended {
  readonly code: number;
  readonly output: string;
  readonly notes: string;
}

/** A command that runs; `say` types a line, `end` is Ctrl-D. */
function begin(...argv: readonly string[]): {
  readonly say: (input: string | Uint8Array) => void;
  readonly end: () => void;
  readonly noted: (pattern: RegExp) => Promise<RegExpExecArray>;
  readonly ended: Promise<Ended>;
} {
  const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()];
  const parsed = parseCommandLine(
    {
      name: "socket",
      version: "0",
      summary: "",
      examples: [],
      positionals: [
        { name: "COMMAND", help: "" },
        { name: "PLACE", help: "", optional: true },
      ],
      options: socketOptions,
    },
    { argv, env: {}, cwd: "/" },
  );
  if (parsed.kind === "print") throw new Error(parsed.text);
  const output = text(stdout);
  let notes = "";
  const waiting = new Set<() => void>();
  stderr.on("data", (piece: Buffer) => {
    notes += piece.toString();
    for (const look of waiting) look();
  });
  const over = run(parsed.options, { stdin, stdout, stderr }).finally(() => stdout.end());
  return {
    say: (input) => stdin.write(input),
    end: () => stdin.end(),
    noted: (pattern) =>
      new Promise((resolve) => {
        const look = (): void => {
          const found = pattern.exec(notes);
          if (found === null) return;
          waiting.delete(look);
          resolve(found);
        };
        waiting.add(look);
        look();
      }),
    ended: over.then(async (code) => ({ code, output: await output, notes })),
  };
}

describe("socket connect", () => {
  let listener: Listener;
  let heard = "";
  beforeAll(async () => {
    listener = await listenTcp({ host: "127.0.0.1", port: 0, protocol: "raw" }, (stream) => {
      heard = "";
      stream.attach({
        data(octets) {
          heard += Buffer.from(octets).toString("latin1");
        },
        // It answers only once the question is whole: a client that closed both ways would hear nothing.
        ended() {
          stream.write(Buffer.from(`heard ${heard.length}\n`));
          stream.linger("we-ended");
        },
        drain: () => undefined,
        late: () => undefined,
        finish: () => undefined,
        closed: () => undefined,
      });
    });
  });
  afterAll(() => listener[Symbol.asyncDispose]());
  const at = (): string => String(listener.address.port);

  it("sends lines with CR LF, half closes, and reads on", async () => {
    const socket = begin("connect", at());
    socket.say("one\ntwo\n");
    socket.end();
    const { code, output, notes } = await socket.ended;
    expect([code, output, heard]).toEqual([0, "heard 10\n", "one\r\ntwo\r\n"]);
    expect(notes).toMatch(new RegExp(`^\\* connected: 127\\.0\\.0\\.1:\\d+ → 127\\.0\\.0\\.1:${at()}\n`));
    expect(notes).toMatch(/FIN sent, still reading\n\* the peer has ended: FIN received\n\* closed/);
  });

  it.each([
    ["lf", "a\n"],
    ["none", "a"],
  ])("ends lines as --line-end %s says", async (lineEnd, wire) => {
    const socket = begin("connect", at(), "--line-end", lineEnd);
    socket.say("a\n");
    socket.end();
    await socket.ended;
    expect(heard).toBe(wire);
  });

  it("sends octets in hexadecimal, and shows them", async () => {
    const socket = begin("connect", at(), "--send", "hex", "--show", "hex");
    socket.say("00 ff:0d0a\n");
    socket.end();
    const { output } = await socket.ended;
    expect(heard).toBe("\x00\xff\r\n");
    expect(output).toBe("00000000  68 65 61 72 64 20 34 0a                           |heard 4.|\n");
  });

  it("sends a stream as it is", async () => {
    const octets = Buffer.alloc(3_000_000, "x\n");
    const socket = begin("connect", at(), "--send", "raw");
    socket.say(octets);
    socket.end();
    expect((await socket.ended).output).toBe("heard 3000000\n");
  });

  it("ends after a silence", async () => {
    const socket = begin("connect", at(), "--wait", "100ms", "--no-half-close");
    expect((await socket.ended).notes).toMatch(/silence/);
  });

  it("says what is wrong with a line", async () => {
    const socket = begin("connect", at(), "--send", "hex");
    socket.say("0g\n");
    await expect(socket.ended).rejects.toThrow(/give octets such as 0d 0a ff/);
  });

  it("is in the table, as who listens", async () => {
    const { output } = await begin("table", at()).ended;
    expect(output).toMatch(new RegExp(`^tcp  LISTEN +127\\.0\\.0\\.1:${at()} +\\*$`, "m"));
  });

  it("says that nobody is there", async () => {
    await expect(begin("connect", "127.0.0.1:1").ended).rejects.toThrow(/nobody listens there/);
  });
});

it("socket listen hears and answers a client", async () => {
  const server = begin("listen", "127.0.0.1:0");
  const [, port = ""] = await server.noted(/listening on 127\.0\.0\.1 port (\d+)/);
  const client = begin("connect", port);
  client.say("hello\n");
  server.say("welcome\n");
  client.end();
  server.end();
  expect((await client.ended).output).toBe("welcome\r\n");
  expect(await server.ended).toMatchObject({ code: 0, output: "hello\r\n" });
});

it("socket udp sends a line as a datagram to who has joined the group", async () => {
  const hearer = begin("join", "239.9.8.7:0", "--count", "2");
  const [, port = ""] = await hearer.noted(/joined 239\.9\.8\.7 port (\d+)/);
  const sender = begin("udp", `239.9.8.7:${port}`, "--wait", "50ms", "--line-end", "none");
  sender.say("one\ntwo\n");
  sender.end();
  await sender.ended;
  const { output, notes } = await hearer.ended;
  expect(output).toBe("one\ntwo\n");
  expect(notes).toMatch(/3 bytes from 127\.0\.0\.1:\d+/);
});

it("socket udp reaches everybody on a network, when it is told to", async () => {
  const hearer = begin("hear", "127.255.255.255:0", "--count", "1");
  const [, port = ""] = await hearer.noted(/hearing on 127\.255\.255\.255 port (\d+)/);
  await expect(begin("udp", `127.255.255.255:${port}`).ended).rejects.toThrow(/say --broadcast/);
  const sender = begin("udp", `127.255.255.255:${port}`, "--broadcast", "--wait", "50ms");
  sender.say("all\n");
  sender.end();
  await sender.ended;
  expect((await hearer.ended).output).toBe("all\r\n");
});

describe("the command line", () => {
  const main = fileURLToPath(new URL("../src/main.ts", import.meta.url));
  const socket = (...argv: readonly string[]): ReturnType<typeof runProgram> =>
    runProgram(process.execPath, ["--import", "tsx", "--conditions=@socketscope/source", main, ...argv]);

  it("fits 80 columns and shows examples", async () => {
    const { code, text: help } = await socket("--help");
    expect(code).toBe(0);
    expect(Math.max(...help.split("\n").map((line) => line.length))).toBeLessThanOrEqual(80);
    expect(help).toMatch(/socket join 239/);
  });

  it("reads so much of a connection, and leaves the rest to the kernel, where the table shows it", async () => {
    const words = ["--import", "tsx", "--conditions=@socketscope/source", main, "listen", "0", "--take", "5"];
    const listener = new Spawned(process.execPath, [...words, "--inspect", "off"]);
    onTestFinished(async () => void (await listener.stop()));
    await listener.logged(/listening on 127\.0\.0\.1 port \d+/);
    const port = /port (\d+)/.exec(listener.stderr)?.[1] ?? "";
    // The listener has nothing to say, and its FIN may come before what we say next.
    const client = connectPlain({ port: Number(port), host: "127.0.0.1", allowHalfOpen: true });
    onTestFinished(() => void client.destroy());
    client.on("error", () => undefined).write("hello");
    await listener.logged(/5 bytes read: the rest is left to the kernel/);
    // Some is read ahead; what is behind it stays in the kernel.
    client.write(Buffer.alloc(300_000));
    await expect
      .poll(async () => (await begin("table", port).ended).output)
      .toMatch(/ [1-9]\d{3,} unread, \d+ unsent\n/);
  });

  it("has an inspector hear what it hears, also where datagrams come all the time", async () => {
    using folder = new TemporaryFolder("heard");
    let told = "";
    const listener = await listenTcp(
      { host: "", port: 0, path: join(folder.path, INSPECTOR_SOCKET), protocol: "tap" },
      (stream) => {
        stream.attach({
          data: (octets) => (told += Buffer.from(octets).toString("latin1")),
          ended: () => stream.destroy("peer-ended"),
          drain: () => undefined,
          late: () => undefined,
          finish: () => undefined,
          closed: () => undefined,
        });
      },
    );
    onTestFinished(async () => void (await listener.drain(0)));
    const port = await freePort();
    const sender = createSocket("udp4");
    const flood = setInterval(() => sender.send("over and over\n", port, "127.0.0.1"), 1);
    onTestFinished(() => {
      clearInterval(flood);
      sender.close();
    });
    for (let turn = 0; turn < 20; turn++) {
      told = "";
      const hearer = begin("hear", `${port}`, "--count", "1", "-q", "--state", folder.path);
      expect((await hearer.ended).output).toBe("over and over\n");
      await expect.poll(() => told, { interval: 5 }).toContain("over and over\n");
    }
  });

  it("hears as many datagrams as it was told, and ends", async () => {
    const words = ["--import", "tsx", "--conditions=@socketscope/source", main, "hear", "0", "--count", "1"];
    await using hearer = new Spawned(process.execPath, [...words, "--inspect", "off"]);
    await hearer.logged(/hearing on 127\.0\.0\.1 port \d+/);
    const port = Number(/port (\d+)/.exec(hearer.stderr)?.[1]);
    const sender = createSocket("udp4");
    await new Promise((resolve) => sender.send("hello", port, "127.0.0.1", resolve));
    sender.close();
    expect(await hearer.exited).toBe(0);
    expect(hearer.stdout).toBe("hello\n");
  });

  it.each([
    [["dance"], /^socket: "dance": give connect, listen, udp, hear, join, table\n$/],
    [["connect"], /^socket: connect: say where/],
    [["connect", "127.0.0.1"], /^socket: "127\.0\.0\.1": give HOST:PORT/],
  ])("%j is told in one line what to give", async (argv, says) => {
    const { code, stderr } = await socket(...argv);
    expect([code, stderr]).toEqual([2, expect.stringMatching(says)]);
  });
});

describe("octets", () => {
  it("are read with and without blanks", () => {
    expect(Array.from(octetsOf("0d 0A:ff"))).toEqual([13, 10, 255]);
    expect(() => octetsOf("0d0")).toThrow(/give octets/);
  });

  it("are shown sixteen a line, with where they stand", () => {
    const dump = hexDump(
      Uint8Array.from({ length: 18 }, (_, index) => index + 0x30),
      0x20,
    );
    expect(dump).toBe(
      "00000020  30 31 32 33 34 35 36 37  38 39 3a 3b 3c 3d 3e 3f  |0123456789:;<=>?|\n" +
        "00000030  40 41                                             |@A|\n",
    );
  });
});
