/** Which Content-Type a film gets by its name. The one place that asks `mime`. */
import mime from "mime";

export function contentType(name: string): string | undefined {
  // Its name is that of TypeScript, too.
  if (/\.m?ts$/i.test(name)) return "video/mp2t";
  if (/\.vtt$/i.test(name)) return "text/vtt; charset=utf-8";
  return mime.getType(name) ?? undefined;
}
