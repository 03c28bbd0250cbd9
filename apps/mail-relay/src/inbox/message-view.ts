/** One message taken apart for a person: parts by a MIME library, shown as data, never run. */
import PostalMime, { type Attachment, type Email } from "postal-mime";

export interface AttachmentView {
  readonly number: number;
  readonly name: string;
  readonly type: string;
  /** Octets. */
  readonly size: number;
}

export interface MessageView {
  readonly headers: readonly { readonly name: string; readonly value: string }[];
  readonly text: string | undefined;
  readonly html: string | undefined;
  readonly attachments: readonly AttachmentView[];
}

/** Octets of a message that are taken apart; a bigger one is offered as it is. */
export const MAX_PARSED = 64 * 1024 * 1024;
const MAX_ATTACHMENTS = 1000;

export async function parseMessage(octets: Uint8Array): Promise<Email> {
  return PostalMime.parse(octets, { attachmentEncoding: "arraybuffer", maxNestingDepth: 50 });
}

export function viewOf(email: Email): MessageView {
  return {
    headers: email.headers.map(({ originalKey, value }) => ({ name: originalKey, value })),
    text: email.text,
    html: email.html,
    attachments: email.attachments.slice(0, MAX_ATTACHMENTS).map((attachment, index) => ({
      number: index + 1,
      name: attachment.filename ?? `part-${index + 1}`,
      type: attachment.mimeType,
      size: octetsOf(attachment).length,
    })),
  };
}

export function octetsOf({ content }: Attachment): Uint8Array {
  return typeof content === "string" ? Buffer.from(content, "utf8") : new Uint8Array(content);
}

/**
 * The HTML of a message, to stand in a sandboxed frame: pictures that came with it are put in as data, and everything
 * else is for the frame's Content-Security-Policy to stop.
 */
export function framedHtml(email: Email): string {
  const pictures = new Map(
    email.attachments.flatMap((attachment) => {
      const id = attachment.contentId?.replaceAll(/^<|>$/g, "");
      if (id === undefined || !/^image\/(?:png|jpeg|gif|webp|bmp)$/.test(attachment.mimeType)) return [];
      const data = Buffer.from(octetsOf(attachment)).toString("base64");
      return [[id, `data:${attachment.mimeType};base64,${data}`] as const];
    }),
  );
  return (email.html ?? "").replaceAll(/\bcid:([^"'\s>)]+)/gi, (whole, id: string) => {
    try {
      return pictures.get(decodeURIComponent(id)) ?? whole;
    } catch {
      return whole;
    }
  });
}

export async function collectOctets(pieces: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const all: Uint8Array[] = [];
  for await (const piece of pieces) all.push(piece);
  return Buffer.concat(all);
}
