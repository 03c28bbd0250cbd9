/**
 * The system's Thunderbird on a screen of its own (Xvfb), with one account: it sends a letter by its compose window and
 * reads its mailbox by POP3. Driven through Marionette, in a profile that is thrown away.
 */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { LaunchError } from "./launch-error.ts";
import { Marionette } from "./marionette.ts";
import { findProgram } from "./real-client.ts";
import { Spawned } from "./spawned.ts";
import { TemporaryFolder } from "./temporary-folder.ts";
import { trustAuthority } from "./trust.ts";

/** The wrapper of Debian asks questions; the program itself does not. */
const PROGRAM = "/usr/lib/thunderbird/thunderbird";

/** For `needing(missingForThunderbird()).describe(…)`. */
export function missingForThunderbird(): string | undefined {
  for (const name of ["thunderbird", "Xvfb", "certutil"])
    if (findProgram(name) === undefined) return `${name} is not installed, see tools/setup-clients.sh`;
  return process.getuid?.() === 0 ? undefined : "programs with windows are started by root only";
}

export type MailSecurity = "none" | "starttls" | "tls";

export interface ThunderbirdOptions {
  /** File of the authority it trusts, PEM. */
  readonly ca: string;
  readonly user: string;
  readonly password: string;
  readonly smtp: { readonly port: number; readonly security: MailSecurity };
  readonly pop3: { readonly port: number; readonly security: MailSecurity };
  /** Milliseconds for each thing it is asked to do. Default 60,000. */
  readonly timeout?: number;
}

const SOCKET_TYPES: Readonly<Record<MailSecurity, number>> = { none: 0, starttls: 2, tls: 3 };

export class Thunderbird implements AsyncDisposable {
  readonly #folder: TemporaryFolder;
  readonly #screen: Spawned;
  readonly #program: Spawned;
  readonly #marionette: Marionette;

  private constructor(folder: TemporaryFolder, screen: Spawned, program: Spawned, marionette: Marionette) {
    this.#folder = folder;
    this.#screen = screen;
    this.#program = program;
    this.#marionette = marionette;
  }

  static async start(options: ThunderbirdOptions): Promise<Thunderbird> {
    const folder = new TemporaryFolder("thunderbird");
    const started: Spawned[] = [];
    try {
      const profile = join(folder.path, "profile");
      mkdirSync(profile, { mode: 0o700 });
      await trustAuthority(profile, options.ca);
      writeFileSync(join(profile, "user.js"), preferences(options));
      const screen = new Spawned("Xvfb", [
        "-displayfd",
        "1",
        "-screen",
        "0",
        "1280x900x24",
        "-nolisten",
        "tcp",
      ]);
      started.push(screen);
      const display = await screen.line();
      const program = new Spawned(
        PROGRAM,
        ["--profile", profile, "--no-remote", "--marionette", "--remote-allow-system-access"],
        {
          env: {
            HOME: folder.path,
            DISPLAY: `:${display}`,
            MOZ_DISABLE_NONLOCAL_CONNECTIONS: "1",
            MOZ_CRASHREPORTER_DISABLE: "1",
          },
        },
      );
      started.push(program);
      const timeout = options.timeout ?? 60_000;
      const port = await until(timeout, "Marionette's port", () => {
        const text = readIfThere(join(profile, "MarionetteActivePort"));
        return text === undefined || text === "" ? undefined : Number(text);
      });
      const marionette = await Marionette.connect(port, timeout);
      const thunderbird = new Thunderbird(folder, screen, program, marionette);
      await thunderbird.#run(LOG_IN, [options.user, options.password]);
      return thunderbird;
    } catch (error) {
      for (const one of started.toReversed()) await one.stop("SIGKILL").catch(() => "killed as asked");
      folder[Symbol.dispose]();
      throw error;
    }
  }

  /** By the compose window, as plain text; resolves when it has closed, which it does when the server took the letter. */
  async send(to: string, subject: string, body: string): Promise<void> {
    await this.#run(SEND, [to, subject, body]);
  }

  /** Fetches new messages; every message of the Inbox, as it is kept there. */
  async fetch(): Promise<readonly string[]> {
    const messages = await this.#run(FETCH, []);
    return Array.isArray(messages) ? messages.map(String) : [];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#marionette.close();
    await this.#program.stop("SIGKILL").catch(() => "killed as asked");
    await this.#screen.stop("SIGKILL").catch(() => "killed as asked");
    this.#folder[Symbol.dispose]();
  }

  async #run(script: string, args: readonly string[]): Promise<unknown> {
    const answer = await this.#marionette.run(`${HELPERS}\n${script}`, args);
    const [what, value] = Array.isArray(answer)
      ? answer
      : ["failed", `it answered ${JSON.stringify(answer)}`];
    if (what !== "done") throw new LaunchError("SETUP", `Thunderbird: ${String(value)}`);
    return value;
  }
}

function preferences({ user, smtp, pop3 }: ThunderbirdOptions): string {
  const values: Readonly<Record<string, string | number | boolean>> = {
    "marionette.port": 0,
    "app.update.enabled": false,
    "datareporting.policy.dataSubmissionEnabled": false,
    "toolkit.telemetry.enabled": false,
    "extensions.update.enabled": false,
    "mail.provider.suppress_dialog_on_startup": true,
    "mail.spotlight.firstRunDone": true,
    "mail.rights.version": 1,
    "mail.shell.checkDefaultClient": false,
    "mailnews.start_page.enabled": false,
    "mail.accountmanager.accounts": "account1,account2",
    "mail.accountmanager.defaultaccount": "account1",
    "mail.accountmanager.localfoldersserver": "server2",
    "mail.account.account1.server": "server1",
    "mail.account.account1.identities": "id1",
    "mail.account.account2.server": "server2",
    "mail.server.server1.type": "pop3",
    "mail.server.server1.hostname": "127.0.0.1",
    "mail.server.server1.port": pop3.port,
    "mail.server.server1.userName": user,
    "mail.server.server1.name": "ours",
    "mail.server.server1.socketType": SOCKET_TYPES[pop3.security],
    "mail.server.server1.authMethod": 3,
    "mail.server.server1.directory-rel": "[ProfD]Mail/ours",
    "mail.server.server1.login_at_startup": false,
    "mail.server.server1.check_new_mail": false,
    "mail.server.server2.type": "none",
    "mail.server.server2.hostname": "Local Folders",
    "mail.server.server2.userName": "nobody",
    "mail.server.server2.name": "Local Folders",
    "mail.server.server2.directory-rel": "[ProfD]Mail/Local Folders",
    "mail.identity.id1.fullName": "Test",
    "mail.identity.id1.useremail": user,
    "mail.identity.id1.smtpServer": "smtp1",
    "mail.identity.id1.valid": true,
    "mail.identity.id1.fcc": false,
    "mail.identity.id1.compose_html": false,
    "mail.smtpservers": "smtp1",
    "mail.smtp.defaultserver": "smtp1",
    "mail.smtpserver.smtp1.hostname": "127.0.0.1",
    "mail.smtpserver.smtp1.port": smtp.port,
    "mail.smtpserver.smtp1.username": user,
    "mail.smtpserver.smtp1.try_ssl": SOCKET_TYPES[smtp.security],
    "mail.smtpserver.smtp1.authMethod": 3,
  };
  return Object.entries(values)
    .map(([name, value]) => `user_pref(${JSON.stringify(name)}, ${JSON.stringify(value)});\n`)
    .join("");
}

/** Run in Thunderbird, with its own rights. `done` and `failed` end a script. */
const HELPERS = `
const args = Array.from(arguments);
const resolve = args.pop();
const done = (value) => resolve(["done", value ?? null]);
const failed = (error) => resolve(["failed", String(error)]);
const { MailServices } = ChromeUtils.importESModule("resource:///modules/MailServices.sys.mjs");
const { NetUtil } = ChromeUtils.importESModule("resource://gre/modules/NetUtil.sys.mjs");
const { setTimeout } = ChromeUtils.importESModule("resource://gre/modules/Timer.sys.mjs");
const until = async (find) => {
  for (;;) {
    const found = find();
    if (found) return found;
    await new Promise((next) => setTimeout(next, 50));
  }
};
`;

const LOG_IN = `
(async () => {
  const [user, password] = args;
  for (const origin of ["mailbox://127.0.0.1", "smtp://127.0.0.1"]) {
    const login = Cc["@mozilla.org/login-manager/loginInfo;1"].createInstance(Ci.nsILoginInfo);
    login.init(origin, null, origin, user, password, "", "");
    await Services.logins.addLoginAsync(login);
  }
  // Its own window is there, so that it is ready to be used.
  await until(() => Services.wm.getMostRecentWindow("mail:3pane"));
})().then(done, failed);
`;

const SEND = `
(async () => {
  const [to, subject, body] = args;
  const fields = Cc["@mozilla.org/messengercompose/composefields;1"].createInstance(Ci.nsIMsgCompFields);
  fields.to = to;
  fields.subject = subject;
  fields.body = body;
  const params = Cc["@mozilla.org/messengercompose/composeparams;1"].createInstance(Ci.nsIMsgComposeParams);
  params.composeFields = fields;
  params.identity = MailServices.accounts.allIdentities[0];
  params.type = Ci.nsIMsgCompType.New;
  params.format = Ci.nsIMsgCompFormat.PlainText;
  MailServices.compose.OpenComposeWindowWithParams(null, params);
  const window = await until(() => {
    const found = Services.wm.getMostRecentWindow("msgcompose");
    return found?.composeEditorReady ? found : undefined;
  });
  window.goDoCommand("cmd_sendNow");
  await until(() => window.closed);
})().then(done, failed);
`;

const FETCH = `
(async () => {
  const server = MailServices.accounts.accounts.find(({ incomingServer }) => incomingServer.type === "pop3").incomingServer;
  const inbox = server.rootFolder.getFolderWithFlags(Ci.nsMsgFolderFlags.Inbox);
  const status = await new Promise((next) => {
    MailServices.pop3.GetNewMail(null, { OnStartRunningUrl() {}, OnStopRunningUrl: (_url, code) => next(code) }, inbox, server);
  });
  if (!Components.isSuccessCode(status)) throw new Error("GetNewMail ended with 0x" + status.toString(16));
  return [...inbox.messages].map((message) => {
    const stream = inbox.getLocalMsgStream ? inbox.getLocalMsgStream(message) : inbox.getMsgInputStream(message, {});
    // It gives a piece at a time, and throws or says 0 behind the last one.
    let text = "";
    try {
      for (let more = stream.available(); more > 0; more = stream.available())
        text += NetUtil.readInputStreamToString(stream, more);
    } catch {}
    stream.close();
    return text;
  });
})().then(done, failed);
`;

function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}

async function until<T>(timeout: number, what: string, find: () => T | undefined): Promise<T> {
  const deadline = performance.now() + timeout;
  for (;;) {
    const found = find();
    if (found !== undefined) return found;
    if (performance.now() > deadline)
      throw new LaunchError("TIMEOUT", `Thunderbird: ${what} did not come within ${timeout} ms`);
    await new Promise((resolve) => {
      setTimeout(resolve, 50);
    });
  }
}
