/** `mail-client send`: one message or many, from the command line to the exit code. */
import { runOnce, UsageError } from "@socketscope/host";
import { describeReply, type Envelope } from "@socketscope/smtp";
import type { RecipientResult, SendResult, SmtpSession } from "@socketscope/smtp-session";
import { Composer } from "./compose.ts";
import { ofFile, ofOctets, prepare, readInput, type Prepared } from "./content.ts";
import { Dispatch } from "./dispatch.ts";
import { EXIT, exitCodeOf } from "./exit-code.ts";
import { sendOptions, type SendCommandOptions } from "./send-options.ts";
import { SendProgress } from "./send-progress.ts";
import { connectOptions, INSECURE } from "./server-options.ts";
import { dialogueLine, explain, VERSION, type Terminal } from "./terminal.ts";

export async function sendMail(): Promise<void> {
  await runOnce(
    {
      name: "mail-client send",
      version: VERSION,
      summary: "Sends a message by SMTP, on a socket you can see. Without text it sends a test message.",
      examples: [
        "mail-client send --to bob@example.test --subject Hello --text 'Hi Bob' -v",
        "mail-client send -t bob@a.test --text @letter.txt --attach plan.pdf",
        "mail-client send -s mx.a.test:587 --tls -u me@a.test --password-file pw -t b@c.d",
        "mail-client send -t bob@a.test --message mail.eml --count 1000 --parallel 10",
      ],
      options: sendOptions,
    },
    (options) => send(options, process),
  );
}

export async function send(options: SendCommandOptions, terminal: Terminal): Promise<number> {
  const all = [...options.to, ...options.cc, ...options.bcc];
  if (all.length === 0) throw new UsageError("USAGE_MISSING", "give --to ADDRESS");
  return new Sending(options, terminal).run();
}

class Sending {
  readonly #options: SendCommandOptions;
  readonly #terminal: Terminal;
  readonly #progress: SendProgress;
  #done = 0;
  /** Of the first thing that went wrong. */
  #exitCode: number | undefined;

  constructor(options: SendCommandOptions, terminal: Terminal) {
    this.#options = options;
    this.#terminal = terminal;
    this.#progress = new SendProgress(terminal, options.count, options.silent);
  }

  async run(): Promise<number> {
    const { server, count, parallel, pipelining, chunking, verbose, silent } = this.#options;
    if (server.insecure) this.#say(INSECURE);
    const contentOf = await this.#contents();
    const dispatch = new Dispatch({
      connect: {
        ...(await connectOptions(server)),
        ...(verbose && { onDialogue: (line) => this.#say(dialogueLine(line)) }),
      },
      count,
      parallel,
      how: { pipelining, chunking },
      posting: async () => {
        const content = await contentOf();
        return { envelope: this.#envelope(content), content };
      },
      onResult: (result, session) => this.#sent(result, session),
      onError: (error) => this.#failed(error),
    });
    const tally = await dispatch.run();
    this.#progress.clear();
    if (count > 1 && !silent) this.#terminal.stdout.write(`${this.#progress.summary(tally)}\n`);
    if (this.#exitCode === undefined) return EXIT.ok;
    return tally.sent + tally.partly > 0 ? EXIT.partial : this.#exitCode;
  }

  /** A composed letter is another one each time, a message that is there stays as it is. */
  async #contents(): Promise<() => Promise<Prepared>> {
    const { content, from, to, cc } = this.#options;
    const { stdin } = this.#terminal;
    if (!("from" in content)) {
      const composer = await Composer.load({ from, to, cc }, content, stdin);
      return async () => prepare(ofOctets(await composer.compose()));
    }
    const open = content.from === "file" ? ofFile(content.path) : ofOctets(await readInput(stdin));
    const prepared = await prepare(open);
    return () => Promise.resolve(prepared);
  }

  #envelope({ utf8Head, eightBit }: Prepared): Envelope {
    const { from, to, cc, bcc, dsn, ret, envid } = this.#options;
    const recipients = [...to, ...cc, ...bcc].map(({ address }) => ({
      forwardPath: address,
      parameters: { notify: dsn },
    }));
    const addresses = [from.address, ...recipients.map(({ forwardPath }) => forwardPath)];
    return {
      reversePath: from.address,
      parameters: {
        smtputf8: utf8Head || addresses.some((address) => /[^\0-\x7f]/.test(address)),
        body: eightBit ? "8BITMIME" : undefined,
        ret,
        envid,
      },
      recipients,
    };
  }

  #sent(result: SendResult, session: SmtpSession): void {
    this.#progress.draw(++this.#done);
    const { count, silent } = this.#options;
    const refused = result.recipients.filter(({ accepted }) => !accepted);
    for (const each of refused) this.#complain(`<${each.forwardPath}>: ${describeReply(each.reply)}`);
    const first = refused[0];
    if (first !== undefined) this.#exitCode ??= result.accepted > 0 ? EXIT.partial : exits[first.to];
    if (count > 1 || silent || result.final === undefined || result.accepted === 0) return;
    const { host, port } = session.flow.remote;
    const whom = `${result.accepted} recipient${result.accepted === 1 ? "" : "s"}`;
    this.#terminal.stdout.write(`${host} port ${port} took it for ${whom}: ${describeReply(result.final)}\n`);
  }

  #failed(error: unknown): void {
    this.#progress.draw(++this.#done);
    if (error instanceof UsageError) throw error;
    this.#exitCode ??= exitCodeOf(error);
    this.#complain(explain(error));
  }

  #complain(text: string): void {
    this.#progress.clear();
    this.#say(`mail-client: ${text}\n`);
  }

  #say(text: string): void {
    this.#terminal.stderr.write(text);
  }
}

const exits: Readonly<Record<RecipientResult["to"], number>> = {
  MAIL: EXIT.mail,
  RCPT: EXIT.rcpt,
  DATA: EXIT.data,
  content: EXIT.content,
};
