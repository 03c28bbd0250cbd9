/** What each gives, in their order; `atOnce` of them are at work at a time. */
export async function inOrder<One, Result>(
  all: readonly One[],
  atOnce: number,
  work: (one: One, at: number) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  const left = all.entries();
  const worker = async (): Promise<void> => {
    for (const [at, one] of left) results[at] = await work(one, at);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return results;
}
