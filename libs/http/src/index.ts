export type {
  ClientAction,
  ClientEvent,
  ContentLength,
  RequestHead,
  ResponseHead,
  ServerAction,
  ServerEvent,
  Version,
} from "./events.ts";
export { Fields, type FieldLines } from "./fields.ts";
export { evaluatePreconditions, rangeApplies, type Precondition, type Validators } from "./conditional.ts";
export { formatDate, parseDate } from "./date.ts";
export {
  formatEntityTag,
  parseEntityTag,
  parseEntityTags,
  strongMatch,
  weakMatch,
  type EntityTag,
} from "./etag.ts";
export { formatMediaType, parseMediaType, type MediaType } from "./media-type.ts";
export { addVary, chooseEncoding, chooseMediaType, namesMediaType } from "./negotiation.ts";
export { decodePath, encodePath, PathError, removeDotSegments, type PathFault } from "./path.ts";
export {
  contentRange,
  frameByteRanges,
  rangeLength,
  selectRanges,
  unsatisfiedRange,
  type ByteRange,
  type ByteRangesFrame,
  type RangeLimits,
  type RangeSelection,
} from "./range.ts";
export {
  EXPLAINED_FIELDS,
  EXPLAINED_METHODS,
  EXPLAINED_STATUSES,
  explainField,
  explainMethod,
  explainStatus,
  type Explanation,
} from "./explain.ts";
export { HttpDissector, type Handover, type HttpDissectorOptions } from "./dissect.ts";
export { WebFlowDissector } from "./dissect/flow.ts";
export { DISSECT_LIMITS, type DissectLimits } from "./dissect/limits.ts";
export {
  HttpServer,
  serverLegality,
  type HttpServerOptions,
  type ServerState,
  type ServerWait,
} from "./server.ts";
export { HttpClient, type HttpClientOptions } from "./client.ts";
export { clientLegality, type ClientState, type ClientWait } from "./client-legality.ts";
export { defaultHttpLimits, type HttpLimits } from "./limits.ts";
export { reasonPhrase } from "./status.ts";
