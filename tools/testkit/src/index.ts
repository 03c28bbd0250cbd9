export { everySplit, feed, feedEverySplit, type FeedOptions, type Outcome } from "./splits.ts";
