export type PlaylistFault =
  | "PLAYLIST_NOT_M3U"
  | "PLAYLIST_TOO_LARGE"
  | "PLAYLIST_ATTRIBUTES"
  | "PLAYLIST_VALUE"
  | "PLAYLIST_MISSING"
  | "PLAYLIST_MIXED"
  | "PLAYLIST_ORDER";

/** A text that is no playlist, or one of ours that would not be. `line` counts from 1. */
export class PlaylistError extends Error {
  override readonly name = "PlaylistError";
  readonly code: PlaylistFault;
  readonly line: number | undefined;

  constructor(code: PlaylistFault, message: string, line?: number) {
    super(line === undefined ? message : `line ${line}: ${message}`);
    this.code = code;
    this.line = line;
  }

  at(line: number): PlaylistError {
    return this.line === undefined ? new PlaylistError(this.code, this.message, line) : this;
  }
}
