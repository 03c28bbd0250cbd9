/** What other tools need to watch beside a running inspector: its questions, its filter, its words. */
export { parseFilter, type Filter, type FilterFault } from "./filter.ts";
export { readLesson } from "./lesson/lesson-file.ts";
export { Inspector, type Snapshot } from "./terminal/inspector.ts";
export type { Change, MessageView, RefusalView, SocketView, SourceView } from "./views.ts";
