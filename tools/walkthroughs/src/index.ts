export { WalkthroughError, type WalkthroughErrorCode } from "./errors.ts";
export { findWalkthroughs, readWalkthrough, shareLeftOut } from "./find.ts";
export { describeFailure, type Outcome } from "./outcome.ts";
export { defaultTimeout, parseWalkthrough } from "./parse.ts";
export { type RunOptions, WalkthroughRun } from "./run.ts";
export { type Step, titleOf, type Walkthrough } from "./step.ts";
export { updateText } from "./update.ts";
