export { PlaylistError, type PlaylistFault } from "./error.ts";
export { deltaOf, merged } from "./delta.ts";
export { formatPlaylist } from "./format.ts";
export type * from "./model.ts";
export { parsePlaylist, PLAYLIST_MAX_LENGTH } from "./parse.ts";
export { dissectPlaylist, type DissectedLine, type PlaylistWord } from "./dissect.ts";
export { explainAttribute, explainTag } from "./explain.ts";
export { TAGS, type Tag } from "./tags.ts";
