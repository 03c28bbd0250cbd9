/** Files that a form brings: each is whole in its place, or not there. */
import { readForm, type Request } from "@socketscope/web";
import type { Login } from "../accounts/login.ts";
import type { FileSystem, FileWriter } from "../files/file-system.ts";
import { splitPath } from "../files/path.ts";
import { begin, type Ended, type Witness } from "./moves.ts";
import { shown } from "./web-path.ts";

interface Stored {
  readonly writer: FileWriter;
  readonly ended: Ended;
}

interface Place {
  readonly files: FileSystem;
  /** With a slash at its end. */
  readonly folder: string;
}

/** What was done, in words. Rejects with FileProblem, FormProblem or ContentTooLarge; quotas bound it, nothing else. */
export async function store(
  request: Request,
  login: Login,
  { files, folder }: Place,
  witness: Witness,
): Promise<string> {
  const type = request.fields.get("content-type") ?? "";
  const stored = await readForm<Stored>(type, request.body, {
    limit: Number.MAX_SAFE_INTEGER,
    async take(pieces, name) {
      const writer = await files.openToWrite(`${folder}${plainName(name)}`, { how: "replace" });
      let octets = 0;
      const { path } = writer;
      const ended = begin(request, login, { path, direction: "in", moved: () => octets }, witness);
      try {
        for await (const piece of pieces) {
          await writer.write(piece);
          octets += piece.length;
        }
        return { writer, ended };
      } catch (error) {
        await giveUp({ writer, ended });
        throw error;
      }
    },
    discard: giveUp,
  });
  for (const [at, { writer, ended }] of stored.entries()) {
    try {
      await writer.commit();
      ended("complete");
    } catch (error) {
      ended("broken");
      for (const rest of stored.slice(at + 1)) await giveUp(rest);
      throw error;
    }
  }
  const [only] = stored;
  return stored.length === 1 && only !== undefined
    ? `${shown(splitPath(only.writer.path).name)} is here.`
    : `${stored.length} files are here.`;
}

async function giveUp({ writer, ended }: Stored): Promise<void> {
  await writer.abandon("remove");
  ended("broken");
}

/** Some browsers send the whole path of the disk that a file was on. */
function plainName(name: string): string {
  return name.slice(Math.max(name.lastIndexOf("/"), name.lastIndexOf("\\")) + 1);
}
