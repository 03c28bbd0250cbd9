/** How mail's own options are read: addresses, users, aliases. */
import { BadValue, type Kind } from "@socketscope/host";

export interface User {
  /** `name@domain`, the domain in lower case. */
  readonly address: string;
  /** In clear, or a bcrypt hash (`$2…`). */
  readonly password: string;
}

/** An address as people write one on a command line: no quoted local part. */
export const emailAddress: Kind<string> = {
  argument: "NAME@D",
  read(text) {
    const [, name, domain] = /^([^\s@"<>()\\,;:\0]{1,64})@([^\s@"<>()\\,;\0]{1,253})$/.exec(text) ?? [];
    if (name === undefined || domain === undefined)
      throw new BadValue("give an address such as ann@socketscope.test");
    return `${name}@${domain.toLowerCase()}`;
  },
};

/** Everything after the first colon is the password. */
export const userWithPassword: Kind<User> = {
  argument: "NAME@D:PASSWORD",
  read(text, base) {
    const colon = text.indexOf(":");
    const password = text.slice(colon + 1);
    if (colon < 0 || password === "" || /[\0\r\n]/.test(password))
      throw new BadValue("give NAME@DOMAIN:PASSWORD such as ann@socketscope.test:secret");
    return { address: emailAddress.read(text.slice(0, colon), base), password };
  },
};

export const alias: Kind<{ readonly from: string; readonly to: string }> = {
  argument: "A@D=B@D",
  read(text, base) {
    const equals = text.indexOf("=");
    if (equals < 1) throw new BadValue("give ADDRESS=ADDRESS such as info@a.test=ann@a.test");
    return {
      from: emailAddress.read(text.slice(0, equals), base),
      to: emailAddress.read(text.slice(equals + 1), base),
    };
  },
};

export const webAddress: Kind<string> = {
  argument: "URL",
  read(text) {
    const url = URL.canParse(text) ? new URL(text) : undefined;
    if (url === undefined || (url.protocol !== "http:" && url.protocol !== "https:"))
      throw new BadValue("give an address such as http://127.0.0.1:3000/letters");
    return url.href;
  },
};
