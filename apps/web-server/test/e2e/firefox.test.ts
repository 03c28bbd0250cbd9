import { openFirefox } from "@socketscope/testkit/browsers";
import { browsing } from "./support/browsing.ts";

browsing(["firefox-esr"], openFirefox);
