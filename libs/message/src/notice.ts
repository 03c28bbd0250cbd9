/**
 * RFC 3464: the notice that tells a sender what became of a message: words for a person, fields for a program, and
 * what is returned of the message. RFC 6533 where it is in UTF-8. To whom, and whether at all, the caller decides.
 */
import { encodeUtf8, LocalError } from "@socketscope/wire";
import { dateTime } from "./date.ts";
import { statusFields, type RecipientStatus } from "./notice-status.ts";
import { noticeWords } from "./notice-words.ts";
import { oneLine } from "./one-line.ts";

export interface Notice {
  /** The reverse-path of the message. */
  readonly to: string;
  /** What we call ourselves. */
  readonly by: string;
  /** Milliseconds since 1970: of this notice. */
  readonly at: number;
  /** Milliseconds since 1970: when the message came to us. */
  readonly arrived: number;
  /** Of this notice, without brackets. */
  readonly messageId: string;
  /** 1 to 70 letters, digits and hyphens, of which the returned octets must know nothing: made by chance. */
  readonly boundary: string;
  /** RFC 3461 §4.4: ENVID, decoded. */
  readonly envelopeId: string | undefined;
  /** One at least. */
  readonly recipients: readonly RecipientStatus[];
  /** What the caller puts in between: the whole message (RET=FULL), or its header section. */
  readonly returned: "message" | "headers";
  /** Those octets may be above 127. */
  readonly eightBit: boolean;
  /** The message was sent with SMTPUTF8; its notice needs it too. */
  readonly utf8: boolean;
}

/** The notice is `before`, the returned octets (ending in CRLF or not), `after`. */
export interface NoticeFrame {
  readonly before: Uint8Array;
  readonly after: Uint8Array;
}

/** Throws LocalError for a notice to the null reverse-path, without recipients, or with a boundary that is none. */
export function deliveryStatusNotice(notice: Notice): NoticeFrame {
  const { to, by, boundary, utf8 } = notice;
  // RFC 5321 §6.1: a notice about a notice would never end.
  if (to === "") throw new LocalError("MESSAGE_NOTICE_TO_NOBODY", "no notice goes to the null reverse-path");
  if (notice.recipients.length === 0)
    throw new LocalError("MESSAGE_NOTICE_ABOUT_NOBODY", "a notice is about one recipient at least");
  if (!/^[A-Za-z0-9-]{1,70}$/.test(boundary))
    throw new LocalError("MESSAGE_NOTICE_BOUNDARY", "a boundary is 1 to 70 letters, digits and hyphens");
  const { subject, text } = noticeWords(notice.recipients, by);
  const encoding = notice.eightBit || utf8 ? "8bit" : "7bit";
  const lines = [
    `Date: ${dateTime(notice.at)}`,
    `From: Mail Delivery System <postmaster@${oneLine(by, utf8)}>`,
    `To: <${oneLine(to, utf8)}>`,
    `Subject: ${subject}`,
    `Message-ID: <${oneLine(notice.messageId, utf8)}>`,
    // RFC 3834 §5: so that no vacation program answers.
    "Auto-Submitted: auto-replied",
    "MIME-Version: 1.0",
    `Content-Type: multipart/report; report-type=${utf8 ? "global-delivery-status" : "delivery-status"};`,
    `\tboundary="${boundary}"`,
    // RFC 2045 §6.4: no part may be wider than what is said of the whole.
    `Content-Transfer-Encoding: ${encoding}`,
    "",
    "This is a notice about the delivery of a message, in MIME format.",
    "",
    `--${boundary}`,
    `Content-Type: text/plain; charset=${utf8 ? "utf-8" : "us-ascii"}`,
    `Content-Transfer-Encoding: ${utf8 ? "8bit" : "7bit"}`,
    "",
    ...text.map((line) => oneLine(line, utf8)),
    "",
    `--${boundary}`,
    // RFC 6533 §4: the name of the type that may hold addresses in UTF-8.
    `Content-Type: message/${utf8 ? "global-delivery-status" : "delivery-status"}`,
    `Content-Transfer-Encoding: ${utf8 ? "8bit" : "7bit"}`,
    "",
    ...statusFields(notice),
    "",
    `--${boundary}`,
    `Content-Type: ${returnedType(notice)}`,
    `Content-Transfer-Encoding: ${encoding}`,
    "",
    "",
  ];
  return {
    before: encodeUtf8(lines.join("\r\n")),
    after: encodeUtf8(`\r\n--${boundary}--\r\n`),
  };
}

/** RFC 3462 §2, RFC 6533 §5. */
function returnedType({ returned, utf8 }: Notice): string {
  if (returned === "message") return utf8 ? "message/global" : "message/rfc822";
  return utf8 ? "message/global-headers" : "text/rfc822-headers";
}
