/** Files from a page's form, into a folder: all are put in place, or none. */
import { join } from "node:path";
import { ContentTooLarge, FORM_LIMITS, FormProblem, readForm, type FormLimits } from "@socketscope/web";
import { NoPlace, plainName } from "./place.ts";
import { receive, TooLarge, type Received } from "./receive.ts";

export interface FormFile {
  readonly name: string;
  readonly received: Received;
}

/** `limit`: octets of the whole body. Throws {@link NoPlace} or {@link TooLarge}; nothing is left behind then. */
export async function receiveForm(
  type: string,
  body: AsyncIterable<Uint8Array>,
  folder: string,
  limit: number,
  limits: FormLimits = FORM_LIMITS,
): Promise<readonly FormFile[]> {
  try {
    return await readForm(type, body, {
      limit,
      limits,
      async take(file, fileName) {
        const name = plainName(fileName);
        return { name, received: await receive(file, join(folder, name), limit) };
      },
      discard: ({ received }) => received.discard(),
    });
  } catch (error) {
    if (error instanceof NoPlace || error instanceof TooLarge) throw error;
    if (error instanceof ContentTooLarge) throw new TooLarge(`more than ${limit} octets`);
    throw error instanceof FormProblem
      ? new NoPlace(error.status, error.message)
      : new NoPlace(400, "The form cannot be read.");
  }
}
