/** What `/api/snapshot` answers, as far as tests look at it. */
import type { ControlView, MessageView, SocketView, SourceView } from "../../src/views.ts";

export interface Snapshot {
  readonly sources: readonly SourceView[];
  readonly sockets: readonly SocketView[];
  readonly messages: readonly MessageView[];
  readonly controls: readonly ControlView[];
}
