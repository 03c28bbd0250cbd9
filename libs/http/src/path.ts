/**
 * The path of a request target as names (RFC 3986 §3.3): decoded exactly once, without dot segments, and safe
 * to look up: what could mean two things is refused instead of guessed.
 */

export type PathFault = "HTTP_PATH_FORM" | "HTTP_PATH_ESCAPE" | "HTTP_PATH_SEPARATOR" | "HTTP_PATH_CONTROL";

/** The path cannot be decoded: to be answered 400. */
export class PathError extends Error {
  override readonly name = "PathError";
  readonly code: PathFault;
  constructor(code: PathFault, message: string) {
    super(message);
    this.code = code;
  }
}

/**
 * `/caf%C3%A9/../a%20b/` → `/a b/`. Starts with "/", holds no "." or ".." segment, keeps empty segments and a
 * slash at the end. Throws {@link PathError}.
 */
export function decodePath(path: string): string {
  if (!path.startsWith("/")) throw new PathError("HTTP_PATH_FORM", "the path does not start with a slash");
  // RFC 3986 §2: a path is ASCII; other octets come as escapes, or nobody knows their character set.
  if (hasNonAscii(path))
    throw new PathError("HTTP_PATH_FORM", "the path has a character that must be escaped");
  // RFC 3986 §2.4: split first, decode after, and only once: "%252e" is a name with a percent sign.
  const decoded = path.includes("%") ? path.split("/").map(decodeSegment).join("/") : path;
  if (decoded.includes("\\")) {
    // Two systems read "\" as "/"; what one filter takes for a name is another's folder.
    throw new PathError("HTTP_PATH_SEPARATOR", "the path has a backslash");
  }
  if (hasControl(decoded)) throw new PathError("HTTP_PATH_CONTROL", "the path has a control character");
  // RFC 3986 §6.2.2.2: "%2e" is ".", so dots are judged after decoding.
  return removeDotSegments(decoded);
}

/** RFC 3986 §5.2.4, for paths that start with "/": never above the root. */
export function removeDotSegments(path: string): string {
  if (!path.includes("/.")) return path;
  const output: string[] = [];
  const segments = path.split("/").slice(1);
  for (const [index, segment] of segments.entries()) {
    const isLast = index === segments.length - 1;
    if (segment === "..") output.pop();
    else if (segment !== ".") output.push(segment);
    // A dot segment at the end names a folder.
    if (isLast && (segment === "." || segment === "..")) output.push("");
  }
  return `/${output.join("/")}`;
}

/**
 * `/a b/ü?` → `/a%20b/%C3%BC%3F`: names as the path of a URL (RFC 3986 §3.3), UTF-8. What is not well-formed
 * UTF-16 becomes U+FFFD.
 */
export function encodePath(path: string): string {
  return encodeURI(wellFormed(path)).replaceAll(/[?#]/g, (character) => (character === "?" ? "%3F" : "%23"));
}

function decodeSegment(segment: string): string {
  let name: string;
  try {
    // Refuses "%", "%4", "%zz", and what is not UTF-8: overlong forms, surrogates, lone octets.
    name = decodeURIComponent(segment);
  } catch {
    throw new PathError("HTTP_PATH_ESCAPE", "the path has an escape that is malformed or not UTF-8");
  }
  // RFC 3986 §2.2: "%2F" is not the same as "/"; no file name can hold it.
  if (name.includes("/")) throw new PathError("HTTP_PATH_SEPARATOR", "the path has an encoded slash");
  return name;
}

function hasControl(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < 0x20 || code === 0x7f) return true;
  }
  return false;
}

function hasNonAscii(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 0x7e) return true;
  return false;
}

function wellFormed(text: string): string {
  return text.replaceAll(/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g, "\ufffd");
}
