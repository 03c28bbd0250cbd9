import { ProxyHeader, type ProxyEvent } from "@socketscope/socket-core";
import type { Target } from "../target.ts";
import { walk, type Policy } from "../walk.ts";

const reader: Policy<ProxyEvent, never> = { tell: (event) => JSON.stringify(event), answers: () => [] };

const signature = "\r\n\r\n\0\r\nQUIT\n";

export const proxyHeader: Target = {
  name: "proxy-header",
  code: /\/libs\/socket-core\/(?:src|dist)\/(?:proxy-header|cidr)/,
  words: [
    signature,
    "PROXY ",
    "TCP4 ",
    "TCP6 ",
    "UNKNOWN",
    "127.0.0.1",
    "::1",
    " 65535",
    "\r\n",
    "\x21\x11\x00\x0c",
    "\x03\x00\x04",
  ],
  seeds: [
    "PROXY TCP4 192.0.2.1 192.0.2.2 1 80\r\nrest",
    "PROXY TCP6 2001:db8::1 ::1 65535 443\r\n",
    "PROXY UNKNOWN and more\r\n",
    `${signature}\x21\x11\x00\x0c\xc0\x00\x02\x01\xc0\x00\x02\x02\x00\x01\x00\x50rest`,
    `${signature}\x21\x21\x00\x24${"\0".repeat(31)}\x01${"\0".repeat(4)}`,
    `${signature}\x20\x00\x00\x00`,
    `${signature}\x21\x11\x00\x13\xc0\x00\x02\x01\xc0\x00\x02\x02\x00\x01\x00\x50\x03\x00\x04\0\0\0\0`,
  ],
  run: (input, cut) => walk(new ProxyHeader(), reader, input, cut),
};
