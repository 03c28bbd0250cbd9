/** The mail relay: letters in bulk, which must be in the mailbox at the end; and single ones, fetched and deleted. */
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { run } from "../client.ts";
import { count, type Load, type Room } from "./load.ts";

/** Letters of one round, four sessions at once. */
const BULK = 20;

export function mailLoads({ folder, apps }: Room): Load[] {
  const app = apps["mail-relay"];
  const smtp = `127.0.0.1:${app.port("smtp")}`;
  const pop3 = `pop3s://127.0.0.1:${app.port("pop3s")}`;
  return [
    {
      app: app.name,
      title: "letters by smtp-source, in the mailbox at the end",
      async round(number) {
        const letter = ["-l", "2000", "-f", "soak@far.test", "-t", "ann@lab.test", "-S", `round ${number}`];
        await run("smtp-source", "-s", "4", "-m", String(BULK), ...letter, smtp);
        return { sent: BULK, found: 0 };
      },
      found: () => lettersIn(join(folder, "mail", "ann@lab.test")),
    },
    {
      app: app.name,
      title: "letters by swaks under TLS, fetched by curl over POP3S",
      async round(number) {
        const token = `soak-${number}-${Date.now()}`;
        const tls = ["--tls", "--tls-verify", "--tls-ca-path", app.ca];
        const letter = ["--from", "soak@far.test", "--to", "bob@lab.test", "--body", token];
        await run("swaks", "--server", smtp, "--silent", "2", ...tls, ...letter);
        const curl = ["-sS", "--cacert", app.ca, "-u", "bob@lab.test:soak"];
        const got = String(await run("curl", ...curl, `${pop3}/1`));
        // -I: DELE is answered by one line.
        await run("curl", ...curl, "-I", "-X", "DELE", `${pop3}/1`);
        return count([got.includes(token)]);
      },
    },
  ];
}

async function lettersIn(mailbox: string): Promise<number> {
  const names = await Promise.all(["new", "cur"].map((part) => readdir(join(mailbox, part)).catch(() => [])));
  return names.flat().length;
}
