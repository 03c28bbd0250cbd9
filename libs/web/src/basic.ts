/** RFC 7617: the name and the password that a request brings. */

export interface BasicCredentials {
  readonly name: string;
  readonly password: string;
}

/** The value of Authorization; undefined for another scheme or what cannot be read. */
export function readBasic(value: string | undefined): BasicCredentials | undefined {
  const token = /^basic +([A-Za-z0-9+/]+={0,2})$/i.exec(value ?? "")?.[1];
  if (token === undefined) return undefined;
  const text = Buffer.from(token, "base64").toString("utf8");
  // RFC 7617 §2: the first colon ends the name.
  const colon = text.indexOf(":");
  return colon < 0 ? undefined : { name: text.slice(0, colon), password: text.slice(colon + 1) };
}
