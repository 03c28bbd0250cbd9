/** Says a bug of ours aloud where nobody has asked to be told: on standard error, through Node's warnings. */
export function warn(error: unknown): void {
  process.emitWarning(
    error instanceof Error ? (error.stack ?? error.message) : String(error),
    "SocketscopeBug",
  );
}
