/** Faults on demand, over a real socket and by a real client's eyes. */
import { once } from "node:events";
import { request } from "node:http";
import { connect } from "node:net";
import { join } from "node:path";
import { spawnApp, type RunningApp } from "@socketscope/testkit";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { describeFault, fits, parseMailFault } from "../src/faults/fault.ts";
import { MailFaults, type Moment } from "../src/faults/mail-faults.ts";

describe("a fault", () => {
  it.each([
    [undefined, "a@b.test", true],
    ["*@b.test", "A@B.test", true],
    ["*@b.test", "a@c.test", false],
    ["a*b*c", "axxbyyc", true],
    ["a*a", "a", false],
    ["**", "", true],
  ])("%j fits %j: %j", (pattern, address, expected) => {
    expect(fits(pattern, address)).toBe(expected);
  });

  it.each([
    [{ stage: "never", action: { type: "drop" } }, "stage: give one of"],
    [{ stage: "mail", action: { type: "answer", code: 250 } }, "give a code from 400 to 599"],
    [{ stage: "mail", action: { type: "answer", code: 451, text: "a\r\nb" } }, "printable ASCII"],
    [{ stage: "mail", share: 2, action: { type: "drop" } }, "share: give a number"],
    [{ stage: "hello", sender: "*", action: { type: "drop" } }, "none is known yet"],
    [{ stage: "mail", action: { type: "delay", ms: -1 } }, "give milliseconds"],
    [[], "give an object"],
  ])("%j is refused with what to give", (value, message) => {
    expect(() => parseMailFault(value)).toThrow(message);
  });
});

describe("a fault that is on", () => {
  const moment: Moment = {
    stage: "rcpt",
    listener: "smtp",
    sender: "ann@a.test",
    recipients: ["bob@b.test"],
    lot: 0.4,
  };
  const drop = { type: "drop" };

  it.each<[fault: object, described: string, at: Partial<Moment>, strikes: boolean]>([
    [{}, "rcpt: drop", {}, true],
    [{}, "rcpt: drop", { stage: "mail" }, false],
    [{ listener: "smtp" }, "rcpt on smtp: drop", {}, true],
    [{ listener: "submission" }, "rcpt on submission: drop", {}, false],
    [{ sender: "*@A.test" }, "rcpt from *@a.test: drop", {}, true],
    [{ sender: "*@a.test" }, "rcpt from *@a.test: drop", { sender: undefined }, false],
    [{ recipient: "bob@b.test" }, "rcpt of bob@b.test: drop", {}, true],
    [{ recipient: "*@c.test" }, "rcpt of *@c.test: drop", {}, false],
    [{ share: 0.5 }, "rcpt, 50 %: drop", {}, true],
    [{ share: 0.4 }, "rcpt, 40 %: drop", {}, false],
  ])("%j strikes where it fits", (fault, described, at, strikes) => {
    const said: string[] = [];
    const faults = new MailFaults((what) => said.push(what));
    const parsed = parseMailFault({ stage: "rcpt", action: drop, ...fault });
    const { id } = faults.add(parsed);
    expect(faults.strike({ ...moment, ...at })).toBe(strikes ? parsed : undefined);
    expect(faults.list()).toMatchObject([{ struck: strikes ? 1 : 0 }]);
    expect(describeFault(parsed)).toBe(described);
    expect(faults.remove(id)).toBe(true);
    expect(said).toEqual([`fault 1 is on: ${described}`, "fault 1 is off"]);
  });
});

describe("faults on a running relay", () => {
  let app: RunningApp;
  beforeAll(async () => {
    app = await spawnApp("mail-relay");
  });
  afterAll(() => app[Symbol.asyncDispose]());
  beforeEach(() => control("DELETE", "/mail-faults"));

  async function control(method: string, path: string, body?: unknown): Promise<unknown> {
    const socketPath = join(app.ready.state, "mail-relay.sock");
    return new Promise((resolve, reject) => {
      const asked = request({ socketPath, path, method, headers: { Host: "control" } }, (response) => {
        let text = "";
        response.setEncoding("utf8");
        response.on("data", (chunk: string) => (text += chunk));
        response.on("end", () => resolve(text === "" ? undefined : JSON.parse(text)));
      });
      asked.on("error", reject);
      asked.end(body === undefined ? undefined : JSON.stringify(body));
    });
  }

  /** What the server says to a whole session, until it closes. */
  async function session(recipient: string): Promise<string> {
    const { port } = new URL(app.url("smtp").replace("smtp:", "http:"));
    const socket = connect(Number(port), "127.0.0.1");
    let said = "";
    socket.on("data", (chunk: Buffer) => (said += chunk.toString("utf8")));
    socket.on("error", () => undefined);
    await once(socket, "data");
    socket.write(
      `EHLO c.test\r\nMAIL FROM:<a@a.test>\r\nRCPT TO:<${recipient}>\r\nBDAT 14 LAST\r\nA: b\r\n\r\ntext\r\nQUIT\r\n`,
    );
    await once(socket, "close");
    return said;
  }

  const messages = async (mailbox: string): Promise<number> => {
    const response = await fetch(`${app.url("web")}/api/v1/messages?mailbox=${mailbox}`);
    return ((await response.json()) as { total: number }).total;
  };

  it("answers with the chosen code, for the chosen recipient only", async () => {
    const fault = {
      stage: "rcpt",
      recipient: "*@slow.test",
      action: { type: "answer", code: 451, enhanced: "4.7.1", text: "Later" },
    };
    expect(await control("POST", "/mail-faults", fault)).toMatchObject({ id: 1, struck: 0 });
    expect(await session("bob@slow.test")).toContain("451 4.7.1 Later\r\n");
    expect(await session("bob@fast.test")).toContain("250 2.0.0 OK, it is in the mailbox\r\n");
    expect(await control("GET", "/mail-faults")).toMatchObject([{ struck: 1 }]);
    const page = await (await fetch(app.url("web"))).text();
    expect(page).toContain("<span>rcpt of *@slow.test: answer 451</span><code>struck 1×</code>");
    expect(await messages("bob@slow.test")).toBe(0);
    const failed = async (): Promise<string> => (await fetch(`${app.url("web")}/api/v1/sessions`)).text();
    await expect.poll(failed).toContain("451 4.7.1 Later (to RCPT)");
  });

  it("drops the connection at the end: with the message kept, or without", async () => {
    await control("POST", "/mail-faults", {
      stage: "end",
      recipient: "kept@x.test",
      action: { type: "drop", kept: true },
    });
    await control("POST", "/mail-faults", {
      stage: "end",
      recipient: "lost@x.test",
      action: { type: "drop" },
    });
    expect(await session("kept@x.test")).not.toContain("in the mailbox");
    expect(await session("lost@x.test")).not.toContain("in the mailbox");
    expect(await messages("kept@x.test")).toBe(1);
    expect(await messages("lost@x.test")).toBe(0);
  });

  it("turns away at the greeting", async () => {
    await control("POST", "/mail-faults", {
      stage: "connect",
      action: { type: "answer", code: 554, text: "Not today" },
    });
    expect(await session("x@x.test")).toBe("554 Not today\r\n");
  });
});
