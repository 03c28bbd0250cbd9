/** `2026-11-28 09:05`, in UTC. */
export function clock(at: number): string {
  return new Date(at).toISOString().slice(0, 16).replace("T", " ");
}
