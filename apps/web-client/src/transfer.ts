/** One URL: ask, follow where it leads, and put what comes where it is wanted. */
import type { FieldLines } from "@socketscope/http";
import type { ClientResponse, HttpAgent } from "@socketscope/web";
import type { Content } from "./content.ts";
import { decoded } from "./decode.ts";
import { EXIT, TransferError } from "./failure.ts";
import type { WebClientOptions } from "./options.ts";
import type { Output } from "./output.ts";
import { noProgress, type Progress } from "./progress.ts";
import { redirected, type Step } from "./redirect.ts";
import { requestFields, type HeaderLine } from "./request-fields.ts";
import { rangeOfRest, resumes } from "./resume.ts";

/** Octets of a redirect's own content that are read so that its connection can be used again. */
const WORTH_READING = 64 * 1024;
/** Octets of content above which the server is asked first (RFC 9110 §10.1.1), as curl does. */
const ASK_ABOVE = 1024 * 1024;

export interface Errand {
  readonly url: URL;
  readonly method: string;
  /** Fields of ours; the user's win. */
  readonly fields: FieldLines;
  readonly users: readonly HeaderLine[];
  readonly content: Content;
  readonly output: Output;
  /** Octets that the output has already. */
  readonly offset: number;
  readonly signal: AbortSignal | undefined;
  readonly progress: (name: string, total: number | undefined, begun: number) => Progress;
}

export interface Answered {
  readonly url: URL;
  readonly response: ClientResponse;
}

/** Resolves when the answer is written. Rejects with what exit-code.ts knows. */
export async function transfer(
  agent: HttpAgent,
  errand: Errand,
  options: WebClientOptions,
): Promise<Answered> {
  const answered = await ask(agent, errand, options);
  const { response } = answered;
  if (options.fail && response.status >= 400) {
    response.body.cancel();
    throw new TransferError(
      EXIT.status,
      `the server answered ${response.status} ${response.reason}`.trimEnd(),
    );
  }
  if (errand.offset > 0 && !resumes(response, errand.offset)) {
    // 416 at the very end: all of it is here.
    response.body.cancel();
    return answered;
  }
  if (options.include || options.head) await errand.output.write(headOf(response));
  await receive(answered, errand, options);
  return answered;
}

/** The last response of a chain of redirects. */
async function ask(agent: HttpAgent, errand: Errand, options: WebClientOptions): Promise<Answered> {
  let step: Step = {
    url: errand.url,
    method: errand.method,
    fields: requestFields([...errand.fields, ...rangeOfRest(errand.offset)], errand.users),
    sendsContent: errand.content.some,
  };
  for (let redirects = 0; ; redirects++) {
    const response = await send(agent, step, errand, options);
    const next = options.location
      ? redirected(step, response.status, response.fields.all("location"))
      : undefined;
    if (next === undefined) return { url: step.url, response };
    if (redirects >= options.maxRedirects) {
      response.body.cancel();
      throw new TransferError(EXIT.redirects, `more than ${options.maxRedirects} redirects (--max-redirs)`);
    }
    await skip(response);
    step = next;
  }
}

async function send(
  agent: HttpAgent,
  { url, method, fields, sendsContent }: Step,
  errand: Errand,
  { deadlines }: WebClientOptions,
): Promise<ClientResponse> {
  const { content, type } = sendsContent ? await errand.content.open() : {};
  const length = content === undefined ? 0 : content.length;
  return agent.request({
    url,
    method,
    fields: type === undefined ? fields : requestFields(["Content-Type", type], pairs(fields)),
    deadlines,
    ...(content !== undefined && { content, expectContinue: (length ?? Infinity) > ASK_ABOVE }),
    ...(errand.signal && { signal: errand.signal }),
  });
}

function pairs(fields: FieldLines): HeaderLine[] {
  const lines: HeaderLine[] = [];
  for (let i = 0; i + 1 < fields.length; i += 2)
    lines.push({ name: fields[i] ?? "", value: fields[i + 1] ?? "" });
  return lines;
}

/** A small content is read, so that the connection can go on. */
async function skip({ body }: ClientResponse): Promise<void> {
  if (body.length !== undefined && body.length > WORTH_READING) {
    body.cancel();
    return;
  }
  let left = WORTH_READING;
  for await (const piece of body) {
    left -= piece.length;
    if (left < 0) return;
  }
}

async function receive(
  { url, response }: Answered,
  errand: Errand,
  options: WebClientOptions,
): Promise<void> {
  const { body, fields } = response;
  const total = body.length === undefined ? undefined : errand.offset + body.length;
  tooLarge(total ?? 0, options);
  const progress = options.silent
    ? noProgress
    : errand.progress(
        url.pathname.slice(url.pathname.lastIndexOf("/") + 1) || url.host,
        total,
        errand.offset,
      );
  const codings = options.compressed ? fields.all("content-encoding") : [];
  const pieces = counted(body, (octets) => progress.add(octets));
  let written = errand.offset;
  try {
    for await (const piece of decoded(pieces, codings, options)) {
      written += piece.length;
      tooLarge(written, options);
      await errand.output.write(piece);
    }
    // An empty answer still makes an empty file.
    await errand.output.write(new Uint8Array(0));
  } finally {
    body.cancel();
    progress.clear();
  }
}

async function* counted(
  pieces: AsyncIterable<Uint8Array>,
  count: (octets: number) => void,
): AsyncGenerator<Uint8Array> {
  for await (const piece of pieces) {
    count(piece.length);
    yield piece;
  }
}

function tooLarge(octets: number, { maxSize }: WebClientOptions): void {
  if (maxSize !== "off" && octets > maxSize)
    throw new TransferError(EXIT.tooLarge, `the content is larger than ${maxSize} bytes (--max-filesize)`);
}

/** As it came, but for folded lines. */
function headOf({ version, status, reason, fields }: ClientResponse): Uint8Array {
  let text = `HTTP/${version} ${status} ${reason}\r\n`;
  for (const [name, value] of fields) text += `${name}: ${value}\r\n`;
  return Buffer.from(`${text}\r\n`, "latin1");
}
