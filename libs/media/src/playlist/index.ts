export { PlaylistError, type PlaylistFault } from "./error.ts";
export { formatPlaylist } from "./format.ts";
export type * from "./model.ts";
export { parsePlaylist, PLAYLIST_MAX_LENGTH } from "./parse.ts";
