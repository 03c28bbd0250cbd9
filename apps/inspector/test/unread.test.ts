/** What could not be read, because it was not carried or is ciphertext, is told and is nobody's fault. */
import type { FlowRecord } from "@socketscope/recording";
import { describe, expect, it } from "vitest";
import { opens, says, speaks, storeWith } from "./support/stores.ts";

const FILE_SERVER = {
  app: "file-transfer",
  listeners: [
    { name: "ftp", url: "ftp://127.0.0.1:2121" },
    { name: "http", url: "http://127.0.0.1:8080" },
    { name: "rtmp", url: "rtmp://127.0.0.1:1935" },
    { name: "sftp", url: "sftp://127.0.0.1:2222" },
    { name: "smtp", url: "smtp://127.0.0.1:2525" },
    { name: "pop3", url: "pop3://127.0.0.1:2110" },
  ],
} as const;

/** A text said, or a number of octets that were not carried. */
type Turn = readonly ["in" | "out", string | number];

const UPGRADE = "Host: h\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n";
const ACCEPTED = "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n";

function socketOf(protocol: string, port: number, turns: readonly Turn[]) {
  const { store, take } = storeWith({}, FILE_SERVER);
  take(opens(1, port), speaks(1, protocol));
  for (const [direction, said] of turns)
    take(
      typeof said === "string"
        ? says(1, direction, Buffer.from(said, "latin1"))
        : ({ type: "gap", at: 3, flow: 1, direction, octets: said } satisfies FlowRecord),
    );
  take({ type: "closed", at: 9, flow: 1, reason: "peer-ended" });
  const socket = store.sockets.get(1);
  if (socket === undefined) throw new Error("no socket");
  return socket;
}

describe("what was not carried is told and is nobody's fault", () => {
  it.each<readonly [string, string, number, readonly Turn[]]>([
    [
      "a body",
      "http",
      8080,
      [
        ["out", "HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\nab"],
        ["out", 4998],
      ],
    ],
    [
      "between heads",
      "http",
      8080,
      [
        ["in", 50],
        ["in", " cut\r\n\r\n"],
        ["in", "GET / HTTP/1.1\r\nHost: h\r\n\r\n"],
      ],
    ],
    [
      "a frame",
      "websocket",
      8080,
      [
        ["out", "\u0082\u007e\u0003\u00e8abc"],
        ["out", 997],
        ["out", 9],
        ["out", "more"],
      ],
    ],
    [
      "an upgraded talk",
      "http",
      8080,
      [
        ["in", `GET / HTTP/1.1\r\n${UPGRADE}\r\n`],
        ["out", ACCEPTED],
        ["in", 400],
        ["in", "xyz"],
      ],
    ],
    [
      "a letter",
      "smtp",
      2525,
      [
        ["out", "220 x\r\n"],
        ["in", "DATA\r\n"],
        ["out", "354 go\r\n"],
        ["in", "a\r\n"],
        ["in", 900],
        ["in", "b\r\n.\r\n"],
        ["out", "250 ok\r\n"],
      ],
    ],
    [
      "a reply",
      "smtp",
      2525,
      [
        ["out", "220 x\r\n"],
        ["in", "EHLO a\r\n"],
        ["out", "250-x\r\n250"],
        ["out", 30],
        ["out", "250 ok\r\n"],
      ],
    ],
    [
      "a mailbox",
      "pop3",
      2110,
      [
        ["out", "+OK hi\r\n"],
        ["in", "RETR 1\r\n"],
        ["out", "+OK\r\nab"],
        ["out", 90],
        ["out", "c\r\n.\r\n"],
      ],
    ],
    [
      "commands",
      "ftp",
      2121,
      [
        ["out", "220 x\r\n"],
        ["in", "PW"],
        ["in", 3],
        ["in", "NOOP\r\n"],
        ["out", "200 ok\r\n"],
      ],
    ],
    [
      "packets",
      "sftp",
      2222,
      [
        ["in", "\0\0\0\u0005\u0001\0\0\0\u0003"],
        ["in", "\0\0\u0040\0\u0006"],
        ["in", 9000],
        ["in", "rest"],
      ],
    ],
    [
      "chunks",
      "rtmp",
      1935,
      [
        ["in", "\u0003"],
        ["in", "abc"],
        ["in", 4000],
        ["in", "what"],
        ["in", "ever"],
      ],
    ],
  ])("%s (%s)", (_, protocol, port, turns) => {
    const { kept, view } = socketOf(protocol, port, turns);
    const rows = kept.map((one) => one.view);
    const missing = turns.reduce((sum, [, said]) => sum + (typeof said === "number" ? said : 0), 0);
    expect(rows.filter(({ fault }) => fault)).toEqual([]);
    expect(view).toMatchObject({ faults: 0, missed: missing });
    expect(rows.filter(({ derived }) => derived === "a count")).not.toEqual([]);
  });
});

it.each([
  ["smtp", 2525, "220 x", "STARTTLS", "220 go"],
  ["ftp", 2121, "220 x", "AUTH TLS", "234 go"],
  ["pop3", 2110, "+OK x", "STLS", "+OK go"],
])(
  "ciphertext in a capture without keys is told and is nobody's fault: %s",
  (protocol, port, greeting, asks, agrees) => {
    const turns: readonly Turn[] = [
      ["out", `${greeting}\r\n`],
      ["in", `${asks}\r\n`],
      ["out", `${agrees}\r\n`],
      ["in", "\u0016\u0003\u0001hello"],
      ["out", "\u0016\u0003\u0003hello"],
    ];
    const { kept, view } = socketOf(protocol, port, turns);
    expect(view.faults).toBe(0);
    expect(kept.flatMap((one) => one.view.problem ?? [])).toEqual([
      "the handshake of TLS, or what it protects",
      "the handshake of TLS, or what it protects",
    ]);
  },
);

it.each<readonly [string, string, number, readonly Turn[]]>([
  [
    "no SFTP",
    "sftp",
    2222,
    [
      ["in", "GET / HTTP/1.1\r\n\r\n"],
      ["in", "more"],
    ],
  ],
  [
    "no RTMP",
    "rtmp",
    1935,
    [
      ["in", "GET / HTTP/1.1\r\n\r\n"],
      ["in", "more"],
    ],
  ],
  ["no request", "http", 8080, [["in", "\u0001\u0002\r\n\r\n"]]],
])("who breaks a rule is at fault still: %s", (_, protocol, port, turns) => {
  expect(socketOf(protocol, port, turns).view.faults).toBe(1);
});
