export { TsError, type TsFault } from "./error.ts";
export { TS_TIMESCALE, TS_WRAP } from "./clock.ts";
export { TS_PACKET } from "./packet.ts";
export { TsDemultiplexer } from "./demux.ts";
export { TS_LIMITS, type TsEvent, type TsLimits, type TsStream } from "./events.ts";
export { TS_MUX_OPTIONS, TsMultiplexer, type TsBurst, type TsMuxOptions, type TsTracks } from "./mux.ts";
export type { TsLane } from "./lane.ts";
