/** copy-data (OpenSSH PROTOCOL §4.10): from one open file to another without a way over the line. */
import { STATUS, type SftpRequest } from "@socketscope/sftp";
import type { Handle } from "./handles.ts";
import { DONE, failure, type Reply } from "./replies.ts";

/** Octets held at a time. */
const PIECE = 256 * 1024;

export async function copyData(
  source: Handle,
  destination: Handle,
  { sourceOffset, length, destinationOffset }: SftpRequest<"copy-data">,
): Promise<Reply> {
  // It would read what it has just written, for ever if it reads to the end.
  if (source === destination) return failure("Both handles are the same");
  const end = length === 0 ? Infinity : length;
  for (let copied = 0; copied < end;) {
    const wanted = Math.min(PIECE, end - copied);
    const read = await source.read({
      type: "read",
      id: 0,
      handle: "",
      offset: sourceOffset + copied,
      length: wanted,
    });
    if (read.type !== "data") return read.type === "status" && read.code === STATUS.EOF ? DONE : read;
    const written = await destination.write({
      type: "write",
      id: 0,
      handle: "",
      offset: destinationOffset + copied,
      data: read.data,
    });
    if (written !== DONE) return written;
    copied += read.data.length;
  }
  return DONE;
}
