/** Thunderbird, as somebody uses it: it sends a letter through our submission port and finds it in its Inbox by POP3. */
import {
  missingForThunderbird,
  needing,
  spawnApp,
  Thunderbird,
  type MailSecurity,
} from "@socketscope/testkit";
import { expect, it } from "vitest";

const BODY = "Zażółć gęślą jaźń\n.a line that begins with a dot\n..and one with two\n\nlast line\n";

/** Starting it takes a busy machine a minute. */
const TIMEOUT = 180_000;

needing(missingForThunderbird()).describe("Thunderbird", () => {
  it.each<readonly [engine: string, security: MailSecurity]>([
    ["hand", "starttls"],
    ["hand", "tls"],
    ["smtp-server", "tls"],
  ])(
    "sends and reads, engine %s, %s",
    async (engine, security) => {
      await using app = await spawnApp("mail-relay", [`--engine=${engine}`, "--login-delay=off"], {
        readyTimeout: TIMEOUT / 3,
      });
      const port = (name: string): number => Number(new URL(app.url(name).replace(/^\w+:/, "http:")).port);
      const { user, password } = app.ready.account ?? { user: "", password: "" };
      await using thunderbird = await Thunderbird.start({
        ca: app.ready.ca ?? "",
        user,
        password,
        smtp: { port: port(security === "tls" ? "smtps" : "submission"), security },
        pop3: { port: port(security === "tls" ? "pop3s" : "pop3"), security },
        timeout: TIMEOUT / 2,
      });
      await thunderbird.send(user, "A letter from Thunderbird", BODY);
      const messages = await thunderbird.fetch();
      expect(messages).toHaveLength(1);
      const message = Buffer.from(messages[0] ?? "", "latin1").toString("utf8");
      expect(message).toContain("\nSubject: A letter from Thunderbird\n");
      expect(message).toContain("\nUser-Agent: Mozilla Thunderbird\n");
      expect(message).toMatch(/ with ESMTPSA\n \(TLSv1\.3 /);
      expect(message.slice(message.indexOf("\n\n") + 2).trimEnd()).toBe(BODY.trimEnd());
      // Another look finds nothing new.
      expect(await thunderbird.fetch()).toHaveLength(1);
    },
    TIMEOUT,
  );
});
