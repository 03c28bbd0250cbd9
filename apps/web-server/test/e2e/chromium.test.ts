import { openChromium } from "@socketscope/testkit/browsers";
import { browsing } from "./support/browsing.ts";

browsing(["chromium"], openChromium);
