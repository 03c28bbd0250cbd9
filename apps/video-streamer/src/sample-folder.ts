import { fileURLToPath } from "node:url";

/** Where the sample film lies: beside `src` and `dist`, so from either the way is the same. */
export const SAMPLE_FOLDER = fileURLToPath(new URL("../sample", import.meta.url));
