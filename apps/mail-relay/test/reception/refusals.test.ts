/** Who is refused by policy hears why, and the session stands among those that failed, as one that broke off does: on both engines. */
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { spawnApp, type RunningApp } from "@socketscope/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const login = `AUTH PLAIN ${Buffer.from("\0ann@near.test\0secret").toString("base64")}`;

const cases: readonly (readonly [
  what: string,
  listener: string,
  lines: readonly string[],
  refusal: RegExp,
])[] = [
  [
    "mail for elsewhere by a stranger",
    "smtp",
    ["MAIL FROM:<a@a.test>", "RCPT TO:<x@far.test>"],
    /550 5\.7\.1 .*\(to RCPT\)/,
  ],
  [
    "a mailbox that is not there",
    "smtp",
    ["MAIL FROM:<b@a.test>", "RCPT TO:<nobody@near.test>"],
    /550 5\.1\.1 .*\(to RCPT\)/,
  ],
  ["submission without a login", "submission", ["MAIL FROM:<ann@near.test>"], /530 5\.7\.0 .*\(to MAIL\)/],
  [
    "another's address behind a login",
    "submission",
    [login, "MAIL FROM:<eve@near.test>"],
    /553 5\.7\.1 .*\(to MAIL\)/,
  ],
];

describe.each(["hand", "smtp-server"])("a session that is refused, --engine %s", (engine) => {
  let app: RunningApp;
  beforeAll(async () => {
    app = await spawnApp("mail-relay", [
      `--engine=${engine}`,
      "--no-capture",
      "--local-domain=near.test",
      "--user=ann@near.test:secret",
      "--content-timeout=1s",
      "--max-size=20000",
    ]);
  }, 40_000);
  afterAll(() => app[Symbol.asyncDispose]());

  /** Line by line, as somebody who types, then QUIT or as `leave` says; the last answer before that. */
  async function say(
    listener: string,
    lines: readonly string[],
    leave: (socket: Socket) => unknown = (socket) => socket.end("QUIT\r\n"),
  ): Promise<string> {
    const { port } = new URL(app.url(listener).replace("smtp:", "http:"));
    const socket = connect(Number(port), "127.0.0.1").setEncoding("latin1");
    let heard = "";
    socket.on("data", (text: string) => (heard += text));
    const answer = async (): Promise<string> => {
      while (!/^\d{3} .*\r\n$/m.test(heard)) await once(socket, "data");
      const said = heard;
      heard = "";
      return said;
    };
    await answer();
    let last = "";
    for (const line of ["EHLO c.test", ...lines]) {
      socket.write(`${line}\r\n`);
      last = await answer();
    }
    leave(socket);
    if (!socket.closed) await once(socket, "close");
    return last;
  }
  const failed = async (): Promise<readonly { refusals: string[] }[]> => {
    const answer = await fetch(`${app.url("web")}/api/v1/sessions`);
    return ((await answer.json()) as { failed: { refusals: string[] }[] }).failed;
  };

  it.each(cases)("%s", async (_what, listener, lines, refusal) => {
    // The library puts enhanced codes of its own behind some.
    expect((await say(listener, lines)).slice(0, 3)).toBe(refusal.source.slice(0, 3));
    await expect.poll(async () => JSON.stringify(await failed())).toMatch(refusal);
    expect(app.stderr).toMatch(
      new RegExp(`refused protocol=${listener} from=127.0.0.1 .*said="${refusal.source.slice(0, 3)} `),
    );
  });

  const begun = (sender: string, ...more: readonly string[]): readonly string[] => [
    `MAIL FROM:<${sender}>`,
    "RCPT TO:<ann@near.test>",
    ...more,
  ];
  const half = "Subject: half\r\n\r\nof it\r\n";
  const brokenOff = "Broken off in the middle of the message";
  const broken: readonly {
    readonly what: string;
    readonly lines: readonly string[];
    readonly leave: (socket: Socket) => unknown;
    readonly refusal: RegExp | string;
    readonly content: string;
    /** The library has no BDAT, and no clock for content. */
    readonly only?: "hand";
  }[] = [
    {
      what: "ends within DATA",
      lines: begun("end@a.test", "DATA"),
      leave: (socket) => socket.end(half),
      refusal: brokenOff,
      content: "24 octets of the message, without the dot that ends it",
    },
    {
      what: "resets within DATA",
      lines: begun("reset@a.test", "DATA"),
      leave: (socket) => socket.resetAndDestroy(),
      refusal: brokenOff,
      content: "0 octets of the message, without the dot that ends it",
    },
    {
      what: "ends between two chunks",
      lines: begun("chunk@a.test", `BDAT ${half.length}\r\n${half.trimEnd()}`),
      leave: (socket) => socket.end(),
      refusal: brokenOff,
      content: "24 octets of the message",
      only: "hand",
    },
    {
      what: "ends within a chunk",
      lines: begun("part@a.test"),
      leave: (socket) => socket.end("BDAT 100\r\nabc"),
      refusal: brokenOff,
      content: "97 of these octets never came",
      only: "hand",
    },
    {
      what: "is silent within DATA",
      lines: begun("silent@a.test", "DATA"),
      leave: (socket) => socket.write(half),
      refusal: /^421 4\.4\.2 /,
      content: "24 octets of the message, without the dot that ends it",
      only: "hand",
    },
  ];
  it.each(broken.filter(({ only }) => only === undefined || only === engine))(
    "a client $what: listed, with what was said, and nothing is kept",
    async ({ lines, leave, refusal, content }) => {
      await say("smtp", lines, leave);
      const [mail = ""] = lines;
      const listed = async (): Promise<unknown> =>
        (await failed()).find((session) => JSON.stringify(session).includes(mail));
      await expect.poll(listed).toMatchObject({
        refusals: [expect.stringMatching(refusal)],
        lines: expect.arrayContaining([expect.objectContaining({ who: "both", said: content })]),
      });
      const box = await fetch(`${app.url("web")}/api/v1/messages?mailbox=ann%40near.test`);
      expect(await box.json()).toMatchObject({ total: 0 });
    },
  );

  it("a client who changes its mind, or ends behind the message: not listed", async () => {
    await say("smtp", begun("whole@a.test", "DATA", `${half}.`));
    if (engine === "hand") await say("smtp", begun("mind@a.test", "BDAT 5\r\nabc", "RSET"));
    // Told in order: when this one stands there, the others would.
    await say("smtp", ["MAIL FROM:<last@a.test>", "RCPT TO:<x@far.test>"]);
    const all = async (): Promise<string> => JSON.stringify(await failed());
    await expect.poll(all).toContain("last@a.test");
    expect(await all()).not.toMatch(/(?:whole|mind)@a\.test/);
  });

  const letter = (sender: string): readonly string[] => begun(sender, "DATA", `${half}.`);
  const mixed: readonly {
    readonly what: string;
    readonly lines: readonly string[];
    readonly leave?: (socket: Socket) => unknown;
    readonly refusals: readonly RegExp[];
    readonly brought: number;
  }[] = [
    {
      what: "breaks off in a second",
      lines: [...letter("first@a.test"), ...begun("second@a.test", "DATA")],
      leave: (socket) => socket.end(half),
      refusals: [/^Broken off in the middle of the message$/],
      brought: 1,
    },
    {
      what: "is refused a second",
      lines: [...letter("good@a.test"), "MAIL FROM:<good@a.test>", "RCPT TO:<nobody@near.test>"],
      refusals: [/^550 5\.1\.1 .*\(to RCPT\)$/],
      brought: 1,
    },
    {
      what: "then one that is too big",
      lines: [...letter("big@a.test"), ...begun("big@a.test", "DATA", `${"and on\r\n".repeat(3000)}.`)],
      refusals: [/^552 5\.3\.4 .*\(to the message\)$/],
      brought: 1,
    },
    {
      what: "is refused one between two",
      lines: [
        ...letter("round@a.test"),
        ...letter("round@a.test"),
        "MAIL FROM:<round@a.test>",
        "RCPT TO:<x@far.test>",
        "RSET",
        ...letter("round@a.test"),
      ],
      refusals: [/^550 5\.7\.1 .*\(to RCPT\)$/],
      brought: 3,
    },
  ];
  it.each(mixed)("a client that brings a letter and $what: listed, and what came is told", async (one) => {
    const { lines, leave, refusals, brought } = one;
    await say("smtp", lines, leave);
    const [mail = ""] = lines;
    const listed = async (): Promise<unknown> =>
      (await failed()).find((session) => JSON.stringify(session).includes(mail));
    await expect.poll(listed).toMatchObject({
      refusals: refusals.map((refusal) => expect.stringMatching(refusal)),
      brought,
    });
    const page = await (await fetch(`${app.url("web")}/?view=failed`)).text();
    expect(page).toContain(
      brought === 1 ? "1 letter of it was stored" : `${brought} letters of it were stored`,
    );
  });

  it("a client that types wrong, or one of whose recipients is refused: not listed when its letter comes", async () => {
    await say("smtp", ["MAIL FROM wrong@a.test", "RCPT TO:<ann@near.test>", ...letter("wrong@a.test")]);
    const [mail = "", rcpt = "", ...rest] = letter("partly@a.test");
    await say("smtp", [mail, "RCPT TO:<nobody@near.test>", rcpt, ...rest]);
    await say("smtp", ["MAIL FROM:<end2@a.test>", "RCPT TO:<x@far.test>"]);
    const all = async (): Promise<string> => JSON.stringify(await failed());
    await expect.poll(all).toContain("end2@a.test");
    expect(await all()).not.toMatch(/(?:wrong|partly)@a\.test/);
  });

  // RFC 5321 §6.3.
  it("a letter that goes in circles: refused behind its content, and one of a hop less is taken", async () => {
    const hop = "Received: from a.test by b.test; Sat, 28 Nov 2026 12:00:00 +0000\r\n";
    const after = (hops: number): readonly string[] =>
      begun(`loop-${hops}@a.test`, "DATA", `${hop.repeat(hops)}Subject: round\r\n\r\nand round\r\n.`);
    expect(await say("smtp", after(99))).toMatch(/^250 /);
    expect(await say("smtp", after(100))).toMatch(/^554 .*5\.4\.6 Too many hops/);
    const refusals = async (): Promise<string> => JSON.stringify((await failed()).map((one) => one.refusals));
    await expect.poll(refusals).toMatch(/554 5\.4\.6 Too many hops.*\(to the message\)/);
  });
});
