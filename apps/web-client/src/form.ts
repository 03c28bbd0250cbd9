/** RFC 7578: a form as multipart/form-data, its files read as they are sent. */
import { randomBytes } from "node:crypto";
import { basename } from "node:path";
import type { StreamedContent } from "@socketscope/web";
import { openFile } from "./file-content.ts";

export interface FormPart {
  readonly name: string;
  /** The value, or the file that holds it. */
  readonly value: string | { readonly file: string };
}

export interface Form {
  readonly type: string;
  readonly content: StreamedContent & { readonly length: number };
}

/** Throws TransferError when a file cannot be read. */
export async function openForm(parts: readonly FormPart[]): Promise<Form> {
  const boundary = `socketscope-${randomBytes(12).toString("hex")}`;
  const sections: (Uint8Array | StreamedContent)[] = [];
  let length = 0;
  for (const { name, value } of parts) {
    const isFile = typeof value !== "string";
    const head =
      `--${boundary}\r\nContent-Disposition: form-data; name="${escaped(name)}"` +
      (isFile
        ? `; filename="${escaped(basename(value.file))}"\r\nContent-Type: application/octet-stream`
        : "") +
      "\r\n\r\n";
    const content = isFile ? await openFile(value.file) : Buffer.from(value);
    sections.push(Buffer.from(head), content, Buffer.from("\r\n"));
    length += Buffer.byteLength(head) + content.length + 2;
  }
  const end = Buffer.from(`--${boundary}--\r\n`);
  sections.push(end);
  return {
    type: `multipart/form-data; boundary=${boundary}`,
    content: { length: length + end.length, pieces: joined(sections) },
  };
}

async function* joined(sections: readonly (Uint8Array | StreamedContent)[]): AsyncGenerator<Uint8Array> {
  for (const section of sections) {
    if (section instanceof Uint8Array) yield section;
    else yield* section.pieces;
  }
}

// RFC 7578 §2, as WHATWG HTML "multipart/form-data" writes it: a quote or line end would end the parameter.
function escaped(text: string): string {
  return text.replaceAll('"', "%22").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}
