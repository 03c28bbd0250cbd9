/** A file of the home as a response: with ranges, so that a browser resumes what broke off. */
import { answerReadable, type Request, type Response } from "@socketscope/web";
import type { Login } from "../accounts/login.ts";
import type { FileSystem } from "../files/file-system.ts";
import { splitPath } from "../files/path.ts";
import { SANDBOX } from "./answers.ts";
import { begin, type Witness } from "./moves.ts";
import { shown } from "./web-path.ts";

/** `files` is closed when the response is over. */
export async function download(
  request: Request,
  login: Login,
  { files, path }: { readonly files: FileSystem; readonly path: string },
  witness: Witness,
): Promise<Response> {
  const reader = await files.openToRead(path);
  const { size, modified, unique } = await reader.stat();
  let sent = 0;
  const ended = begin(request, login, { path, direction: "out", moved: () => sent, total: size }, witness);
  const response = await answerReadable(request, {
    from: {
      size,
      async read(position, length) {
        // A fresh buffer each time: the socket may hold it long after it was given.
        const buffer = Buffer.allocUnsafeSlow(length);
        return buffer.subarray(0, await reader.read(buffer, position));
      },
      async close() {
        await reader.close();
        await files.close();
        ended(sent === 0 ? "untold" : sent === size ? "complete" : "broken");
      },
    },
    // Whatever it is, it is saved and not run: a stranger may have put it here.
    type: "application/octet-stream",
    etag: `${unique}-${size.toString(36)}-${Math.round(modified * 1000).toString(36)}`,
    modified,
    cacheControl: "private, no-cache",
    fields: [
      "Content-Disposition",
      `attachment; filename*=UTF-8''${extended(shown(splitPath(path).name))}`,
      "X-Content-Type-Options",
      "nosniff",
      "Content-Security-Policy",
      SANDBOX,
      "Vary",
      "Authorization",
    ],
    sent: (octets) => {
      sent += octets;
    },
  });
  return response;
}

/** RFC 6266 §4.3, RFC 8187: the name as it is, percent-encoded. */
function extended(name: string): string {
  return encodeURIComponent(name).replaceAll(
    /['()*]/g,
    (letter) => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
