/** From options to a running relay: state folder, certificate, accounts, mailboxes, queue, listeners, control socket. */
import {
  describeError,
  enterService,
  isLoopback,
  Listeners,
  openAccount,
  openAuthority,
  onPremises,
  openFirewall,
  readCertificate,
  refuseOpenAccounts,
  trustCommand,
  UsageError,
  type Account,
  type Authority,
  type Environs,
  type ListenerUrl,
  type Ready,
  type Running,
} from "@socketscope/host";
import { contains, parseAddress, parseCidr, TapPoint, type TlsServerOptions } from "@socketscope/socket-core";
import type { Engine, EngineLimits, Peer } from "./engine/engine.ts";
import { Routes } from "./delivery/routes.ts";
import { FaultyConversation } from "./faults/faulty-conversation.ts";
import { MailFaults } from "./faults/mail-faults.ts";
import { Dialogues } from "./inbox/dialogues.ts";
import { Release } from "./inbox/release.ts";
import { Inbox } from "./inbox/inbox.ts";
import { Mailboxes } from "./mailboxes/mailboxes.ts";
import type { EngineName, MailRelayOptions } from "./options.ts";
import { Acceptance } from "./reception/acceptance.ts";
import { Accounts, readUsers } from "./reception/accounts.ts";
import { LoggedConversation } from "./reception/logged-conversation.ts";
import { NotedConversation } from "./reception/noted-conversation.ts";
import { Reception } from "./reception/reception.ts";
import type { ReceptionOptions } from "./reception/reception-options.ts";
import { Recipients } from "./reception/recipients.ts";
import { checkRelay } from "./relay-options.ts";
import { openQueue, openRelaying, redirected } from "./relaying.ts";
import { makeIntercepts, pop3Services, smtpServices, webService, type ServiceParts } from "./services.ts";
import { Webhook } from "./webhook.ts";
import { Spool } from "./spool/spool.ts";

export const APP = "mail-relay";
export const VERSION = "0.1.0";

/** RFC 5321 §6.3: at least 100. */
const MAX_HOPS = 100;

export async function startMailRelay(
  options: MailRelayOptions,
  { log, secrets }: Environs,
  engines: Readonly<Record<EngineName, Engine>>,
): Promise<Running> {
  check(options);
  const users = [
    ...options.users,
    ...(options.usersFile === undefined ? [] : await readUsers(options.usersFile)),
  ];
  return onPremises(options.state, APP, async (premises) => {
    const { state } = premises;
    const generated = users.length === 0 ? await openAccount(state) : undefined;
    const account = generated && ofDomain(generated, options.localDomains[0] ?? "localhost");
    const accounts = new Accounts({
      users: account === undefined ? users : [{ address: account.user, password: account.password }],
      domain: options.localDomains[0] ?? "localhost",
      any: options.authAny,
    });
    for (const { password } of users) secrets.hide(password);
    const authority = options.tls === undefined ? await openAuthority(state) : undefined;
    const firewall = await openFirewall(options);
    const failed = (error: unknown): void => log.error(describeError(error));

    const mailboxes = await Mailboxes.open({
      folder: options.maildir ?? state.file("mail-relay/maildir"),
      maxMessages: numberOf(options.maxMessages),
      maxAge: numberOf(options.maxAge),
      search: options.search,
    });
    const addresses = [...accounts.addresses, ...options.mailboxes];
    for (const address of addresses) await mailboxes.create(address);
    const dialogues = await Dialogues.open(state.file("mail-relay/dialogues"), failed);
    const faults = new MailFaults((what) => log.warn(what));
    const trusted = options.trust.map(parseCidr);
    const routes = new Routes(options);
    const queue = await openQueue(state.file("mail-relay/queue"), options, log);
    const recipients = new Recipients({
      ...options,
      mailboxes: addresses,
      mayRelay: (domain) => routes.mayRelay(domain),
    });
    const outgoing = redirected(queue, options.redirectAll);
    const acceptance = new Acceptance(mailboxes, outgoing);
    const spool = await Spool.open(state.file("mail-relay/incoming"));
    /** Of the sockets that bring no mail in: POP3, the inbox, and what leaves for next hops. */
    const otherTap = new TapPoint();
    const relaying = await openRelaying({
      options,
      hostname: options.hostname,
      postmaster: `postmaster@${options.localDomains[0] ?? "localhost"}`,
      routes,
      spool,
      acceptance,
      recipients,
      queue,
      tap: otherTap,
      log,
      onError: failed,
    });
    const reception: ReceptionOptions = {
      ...options,
      isTrusted: (host) => {
        const octets = parseAddress(host);
        return octets !== undefined && trusted.some((cidr) => contains(cidr, octets));
      },
      accounts,
      recipients,
      acceptance,
      spool,
      notices: relaying.notices,
      sessions: dialogues,
      maxHops: MAX_HOPS,
      now: Date.now,
      onError: failed,
    };
    const tap = new TapPoint(dialogues.tap);
    const intercepts = makeIntercepts();
    const tls = await certificate(options, authority);
    const authClear = options.authClear || options.hosts.every(isLoopback);
    const converse = (peer: Peer): NotedConversation =>
      new NotedConversation(
        new LoggedConversation(
          new FaultyConversation(new Reception(peer, reception), peer, faults),
          peer,
          log,
        ),
        dialogues.messagesOf(peer.flow),
      );
    let urls: () => readonly ListenerUrl[] = () => [];
    const inbox = new Inbox({
      mailboxes,
      dialogues,
      desk: relaying.desk,
      release: new Release({
        mailboxes,
        queue: outgoing,
        spool,
        mayRelay: (domain) => routes.mayRelay(domain),
        now: Date.now,
      }),
      listeners: () => urls(),
      faults,
    });
    const shared: ServiceParts = {
      options,
      tls,
      authClear,
      admission: firewall,
      intercepts,
      tap: otherTap,
      onError: failed,
    };
    const listeners = await Listeners.open(
      [
        ...smtpServices(shared, {
          engine: engines[options.engine],
          limits: limitsOf(options),
          tap,
          converse,
        }),
        ...pop3Services(shared, {
          loginDelay: limitsOf(options).loginDelay,
          credentials: (user) => accounts.credentials(user),
          lock: (user) => mailboxes.lock(accounts.mailboxOf(user)),
        }),
        webService(shared, inbox.handler),
      ],
      options.hosts,
      log,
    );
    urls = () => listeners.urls;
    const ready: Ready = {
      app: APP,
      version: VERSION,
      engine: options.engine,
      state: state.path,
      ...(authority && { ca: authority.file, trust: trustCommand(authority.file) }),
      ...(account && { account }),
      listeners: listeners.urls,
      hints: [hintOf(options)],
    };
    const webhook = options.webhook === undefined ? undefined : new Webhook({ url: options.webhook, log });
    webhook?.watch(mailboxes);
    const running = await enterService({
      premises,
      options,
      log,
      ready,
      listeners,
      taps: [tap, otherTap],
      firewall,
      intercepts,
      status: () => ({ messages: dialogues.messages, queued: relaying.desk.size }),
      resources: { ...faults.resources, ...relaying.desk.resources },
      certificate: () => certificate(options, authority),
      async drain(ms) {
        inbox.close();
        const [cut] = await Promise.all([listeners.drain(ms), relaying.drain(ms)]);
        await webhook?.close();
        return cut;
      },
    });
    relaying.start();
    return running;
  });
}

/** Logins are addresses here: what comes for the account is what it reads. */
function ofDomain({ user, password }: Account, domain: string): Account {
  return { user: `${user}@${domain}`, password };
}

function limitsOf(options: MailRelayOptions): EngineLimits {
  const { maxSize, session, idle, contentTimeout, loginTimeout, maxConnections, loginDelay } = options;
  return {
    maxSize,
    session,
    idle,
    content: contentTimeout,
    login: loginTimeout,
    maxConnections: Math.min(numberOf(maxConnections), Number.MAX_SAFE_INTEGER),
    loginDelay: loginDelay === "off" ? 0 : loginDelay,
  };
}

function numberOf(value: number | "off"): number {
  return value === "off" ? Infinity : value;
}

async function certificate(
  { tls, hosts, hostname }: MailRelayOptions,
  authority: Authority | undefined,
): Promise<TlsServerOptions | undefined> {
  if (tls !== undefined) return readCertificate(tls);
  return authority?.issue([...hosts, hostname]);
}

function hintOf({ capture, relay }: MailRelayOptions): string {
  const taking = capture ? "Capturing: mail for anybody is kept here" : "Taking mail for its mailboxes";
  return relay ? `${taking}; what users send elsewhere is relayed` : `${taking} and goes nowhere`;
}

function check(options: MailRelayOptions): void {
  checkRelay(options);
  const { port, submissionPort, smtpsPort, authAny, hosts } = options;
  if (port === "off" && submissionPort === "off" && smtpsPort === "off")
    throw new UsageError("USAGE_BAD_VALUE", "every SMTP port is off: nothing is left to listen on");
  if (authAny) refuseOpenAccounts(hosts, ["any"]);
}
