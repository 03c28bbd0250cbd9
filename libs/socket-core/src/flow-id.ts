/** Numbers for flows, unique in this process: a 4-tuple comes back, a use of it does not. */
let last = 0;

export function nextFlowId(): number {
  return ++last;
}
