/** What the page offers to copy: with what was said on the way to TLS and who logged in, it works where it is pasted. */
import { expect, it } from "vitest";
import { commandsFor } from "../page/commands.ts";
import { opens, says, speaks, storeWith } from "./support/stores.ts";

const LISTENERS = [
  { name: "https", url: "https://127.0.0.1:8443" },
  { name: "smtp", url: "smtp://127.0.0.1:2525" },
  { name: "smtps", url: "smtps://127.0.0.1:2465" },
  { name: "ftp", url: "ftp://127.0.0.1:2121" },
  { name: "ftps", url: "ftps://127.0.0.1:2990" },
  { name: "pop3", url: "pop3://127.0.0.1:2110" },
];
const CA = "/home/ann's lab/ca.pem";
const LETTER = ["MAIL FROM:<a@a.test>", "RCPT TO:<b@b.test>"];

/** Lines of the client; "tls" where it begins. */
function copied(protocol: string, port: number, lines: readonly string[], trust?: string): readonly string[] {
  const { store, take } = storeWith({}, { app: "server", listeners: LISTENERS });
  take(opens(1, port), speaks(1, protocol));
  if (protocol !== "http") take(says(1, "out", protocol === "pop3" ? "+OK x\r\n" : "220 x\r\n"));
  for (const line of lines)
    if (line === "tls") take({ type: "secured", at: 3, flow: 1, protocol: "TLSv1.3", cipher: "X" });
    else {
      take(says(1, "in", `${line}\r\n`));
      take(says(1, "out", line === "STLS" ? "+OK\r\n" : line === "AUTH TLS" ? "234 go\r\n" : "220 ok\r\n"));
    }
  const socket = store.sockets.get(1);
  const rows = socket?.kept.map(({ view }) => view) ?? [];
  const last = rows.findLast(({ who, protocol: spoken }) => who === "client" && spoken === protocol);
  if (socket === undefined || last === undefined) throw new Error("nothing was said");
  return commandsFor(last, socket.view, rows, trust).map(({ command }) => command);
}

it.each<readonly [string, number, readonly string[], string | undefined, string]>([
  [
    "http",
    8443,
    ["tls", "GET /a HTTP/1.1\r\nHost: x\r\n"],
    "/s/ca.pem",
    "curl -v --cacert /s/ca.pem https://127.0.0.1:8443/a",
  ],
  [
    "http",
    8443,
    ["tls", "GET /a HTTP/1.1\r\nHost: x\r\n"],
    "/s/ca.pem",
    "npx web-client -v --ca /s/ca.pem https://127.0.0.1:8443/a",
  ],
  [
    "http",
    8443,
    ["tls", "HEAD / HTTP/1.1\r\nHost: x\r\n"],
    CA,
    "curl -v --cacert '/home/ann'\\''s lab/ca.pem' -I https://127.0.0.1:8443/",
  ],
  ["http", 8443, ["tls", "GET /a HTTP/1.1\r\nHost: x\r\n"], undefined, "curl -v https://127.0.0.1:8443/a"],
  ["smtp", 2525, LETTER, CA, "swaks --server 127.0.0.1:2525 --from a@a.test --to b@b.test"],
  [
    "smtp",
    2525,
    ["STARTTLS", "tls", "AUTH PLAIN AGEAYg==", ...LETTER],
    "/s/ca.pem",
    "swaks --server 127.0.0.1:2525 --tls --auth --from a@a.test --to b@b.test",
  ],
  [
    "smtp",
    2465,
    ["tls", ...LETTER],
    "/s/ca.pem",
    "npx mail-client send --server 127.0.0.1:2465 --tls-on-connect --ca /s/ca.pem --from a@a.test --to b@b.test --text hello",
  ],
  [
    "ftp",
    2121,
    ["AUTH TLS", "tls", "USER bob"],
    "/s/ca.pem",
    "lftp -u bob -e 'set ssl:ca-file \"/s/ca.pem\"; ls; bye' ftp://127.0.0.1:2121",
  ],
  ["ftp", 2990, ["tls", "USER bob"], undefined, "lftp -u bob -e 'ls; bye' ftps://127.0.0.1:2990"],
  [
    "pop3",
    2110,
    ["STLS", "tls", "USER bob"],
    "/s/ca.pem",
    "curl -v --cacert /s/ca.pem --ssl-reqd -u bob pop3://127.0.0.1:2110/",
  ],
])("of %s at %i, %j: a command that works there", (protocol, port, lines, trust, command) => {
  expect(copied(protocol, port, lines, trust)).toContain(command);
});
