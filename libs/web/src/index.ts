export type * from "./handler.ts";
export { staticFiles } from "./static.ts";
export { isHidden } from "./static-file.ts";
export { FileChanged } from "./static-pieces.ts";
export {
  STATIC_LIMITS,
  type Coding,
  type Folder,
  type Problem,
  type StaticLimits,
  type StaticOptions,
} from "./static-options.ts";
export {
  encodeComment,
  encodeEvent,
  EventStream,
  lastEventId,
  type EventStreamOptions,
  type ServerSentEvent,
} from "./event-stream.ts";
export { guard, type GuardOptions } from "./guard.ts";
export { ContentAborted } from "./body.ts";
export { collect, ContentTooLarge } from "./pulled-content.ts";
export { defaultServeClocks, serveHttp, type ServeOptions } from "./serve.ts";
export {
  defaultWebSocketClocks,
  type WebSocket,
  type WebSocketClosed,
  type WebSocketHandler,
  type WebSocketSettings,
} from "./open-websocket.ts";
export { acceptWebSocket } from "./websocket.ts";
export { defaultClientDeadlines, HttpAgent, type ClientRequest, type HttpAgentOptions } from "./client.ts";
export type { ClientBody } from "./client-body.ts";
export type { ClientTls } from "./client-dial.ts";
export { failureOf, RequestError, type RequestErrorCode, type RequestFailure } from "./client-errors.ts";
export type { ClientDeadlines, ClientResponse, Upgraded } from "./client-exchange.ts";
export { defaultPoolLimits, type PoolLimits } from "./client-pool.ts";
export type { Timings } from "./client-timings.ts";
export { connectWebSocket, WebSocketRefused, type ConnectWebSocketOptions } from "./connect-websocket.ts";
export { tunnel, type TunnelEnd, type TunnelOptions } from "./tunnel.ts";
export { systemResolve } from "./client-dial.ts";
export { EventReader, type EventReaderOptions, type ReceivedEvent } from "./event-reader.ts";
export { answerOctets, type Octets } from "./octets.ts";
export { answerReadable, ContentShrank, type Readable, type ReadableContent } from "./readable.ts";
export { FORM_LIMITS, FormProblem, readForm, type FormLimits, type FormReader } from "./form.ts";
export { readBasic, type BasicCredentials } from "./basic.ts";
export { FileCache, type Cached } from "./file-cache.ts";
export { answerPreflight, CORS_FIELDS } from "./cors.ts";
