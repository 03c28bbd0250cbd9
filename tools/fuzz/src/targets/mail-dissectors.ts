import { Pop3Dissector } from "@socketscope/pop3";
import { SmtpDissector } from "@socketscope/smtp";
import { TURN, walkDissector } from "../dissecting.ts";
import type { Target } from "../target.ts";

const HELLO = `${TURN}220 mx\r\n${TURN}EHLO a\r\n${TURN}250-mx\r\n250 SIZE 5\r\n${TURN}`;

export const smtpDissector: Target = {
  name: "smtp-dissector",
  code: /\/libs\/(?:smtp\/(?:src|dist)\/(?:dissect|replies|server-command|parameters|grammar)|wire\/(?:src|dist)\/(?:text-lane|pairing|dot-reader|line-reader))/,
  words: [
    "EHLO a\r\n",
    "MAIL FROM:<a@b> SIZE=5",
    "RCPT TO:<",
    "DATA\r\n",
    "354 ",
    "250-",
    "250 2.1.0 ok\r\n",
    "334 \r\n",
    "AUTH PLAIN",
    "BDAT 5",
    " LAST",
    "STARTTLS\r\n",
    "220 ",
    "\r\n.\r\n",
    "..",
    "\r\n",
    "\n",
    "\r",
    "421 ",
    TURN,
  ],
  seeds: [
    `${HELLO}MAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\n${TURN}250 a\r\n250 b\r\n354 c\r\n${TURN}x\r\n..y\r\n.\r\nQUIT\r\n${TURN}250 d\r\n221 e\r\n`,
    `${HELLO}BDAT 5\r\nab\r\ncBDAT 0 LAST\r\n${TURN}250 a\r\n250 b\r\n`,
    `${HELLO}AUTH LOGIN\r\n${TURN}334 VXNlcg==\r\n${TURN}YQ==\r\n${TURN}334 UA==\r\n${TURN}*\r\n${TURN}501 no\r\n`,
    `${HELLO}STARTTLS\r\nMAIL${TURN}220 go\r\n${TURN}\x16\x03`,
  ],
  run: (input, cut) =>
    walkDissector(new SmtpDissector({ limits: { piece: 50, maxLine: 60, maxHeld: 40 } }), input, cut),
};

export const pop3Dissector: Target = {
  name: "pop3-dissector",
  code: /\/libs\/(?:pop3\/(?:src|dist)\/dissect|wire\/(?:src|dist)\/(?:text-lane|pairing|dot-reader|line-reader))/,
  words: [
    "CAPA\r\n",
    "LIST",
    "UIDL 1",
    "RETR 1\r\n",
    "TOP 1 0\r\n",
    "AUTH PLAIN",
    "STLS\r\n",
    "+OK",
    "-ERR",
    "+ ",
    "[AUTH]",
    "PASS a b\r\n",
    "\r\n.\r\n",
    "..",
    "\r\n",
    "\n",
    "\r",
    TURN,
  ],
  seeds: [
    `${TURN}+OK hi\r\n${TURN}CAPA\r\nRETR 1\r\nQUIT\r\n${TURN}+OK\r\nTOP\r\n.\r\n+OK\r\n..x\r\n.\r\n+OK bye\r\n`,
    `${TURN}+OK hi\r\n${TURN}AUTH PLAIN\r\n${TURN}+ \r\n${TURN}AGE=\r\n${TURN}-ERR [AUTH] no\r\n`,
    `${TURN}+OK hi\r\n${TURN}STLS\r\nUSER x${TURN}+OK\r\n${TURN}\x16\x03`,
  ],
  run: (input, cut) =>
    walkDissector(new Pop3Dissector({ limits: { piece: 50, maxLine: 60, maxHeld: 40 } }), input, cut),
};
