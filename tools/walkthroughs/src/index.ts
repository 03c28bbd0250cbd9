export { WalkthroughError, type WalkthroughErrorCode } from "./errors.ts";
export { type Fence, readFences } from "./fences.ts";
export { findWalkthroughs, readWalkthrough, shareLeftOut } from "./find.ts";
export { describeFailure, type Outcome } from "./outcome.ts";
export { defaultTimeout, parseWalkthrough } from "./parse.ts";
export { matchOutput, type Values } from "./pattern.ts";
export { type RunOptions, WalkthroughRun } from "./run.ts";
export { type Step, titleOf, type Walkthrough } from "./step.ts";
export { updateText } from "./update.ts";
