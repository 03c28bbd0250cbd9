import { checkBorders } from "./borders.ts";
import { checkDependencies } from "./dependencies.ts";
import { checkTracked } from "./tracked.ts";
import type { Violation } from "./violation.ts";
import type { Workspace } from "./workspace.ts";

/** Every rule over the whole workspace; empty when the house is as it is written. */
export function check(workspace: Workspace): Violation[] {
  return [...checkDependencies(workspace), ...checkBorders(workspace), ...checkTracked(workspace)];
}
