/** RFC 9110 §5.6: lists, parameters and quoted strings, as most fields use them. Values are latin1 text. */

// RFC 9110 §5.6.2: tchar.
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;

/** Whether `text` is a token (RFC 9110 §5.6.2). */
export function isToken(text: string): boolean {
  return TOKEN.test(text);
}

/** The members of a list, trimmed; separators inside quoted strings do not count. */
export function splitList(value: string, separator: "," | ";" = ","): readonly string[] {
  const members: string[] = [];
  let start = 0;
  let quoted = false;
  for (let i = 0; i <= value.length; i++) {
    const character = value[i];
    if (quoted && character === "\\" && i + 1 < value.length) i++;
    else if (character === '"') quoted = !quoted;
    else if (character === undefined || (!quoted && character === separator)) {
      const member = trimBlank(value.slice(start, i));
      // RFC 9110 §5.6.1.2: a recipient ignores a reasonable number of empty members.
      if (member !== "") members.push(member);
      start = i + 1;
    }
  }
  return members;
}

/** Without the blanks around it: SP and HTAB only (RFC 9110 §5.6.3). */
export function trimBlank(text: string): string {
  let from = 0;
  let to = text.length;
  while (from < to && isBlank(text.charCodeAt(from))) from++;
  while (to > from && isBlank(text.charCodeAt(to - 1))) to--;
  return text.slice(from, to);
}

/** `"a \"b\""` → `a "b"`; undefined when it is not exactly one quoted string (RFC 9110 §5.6.4). */
export function unquote(text: string): string | undefined {
  if (!/^"(?:[\t \x21\x23-\x5b\x5d-\x7e\x80-\xff]|\\[\t \x21-\x7e\x80-\xff])*"$/.test(text)) return undefined;
  return text.slice(1, -1).replaceAll(/\\(.)/g, "$1");
}

/** The text as a quoted string. Only for text without control characters; they have no quoted form. */
export function quote(text: string): string {
  return `"${text.replaceAll(/["\\]/g, "\\$&")}"`;
}

function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x09;
}
