/** Where the demo site lies: beside `src` and beside `dist`. */
import { fileURLToPath } from "node:url";

/** Files that are served as they are. */
export const DEMO_SITE = fileURLToPath(new URL("../../site/", import.meta.url)).replace(/[/\\]$/, "");

/** The page, with slots: apart, so that nobody can ask for it unfilled. */
export const DEMO_PAGE = fileURLToPath(new URL("../../pages/demo.html", import.meta.url));
