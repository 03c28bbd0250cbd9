export { RtpError, type RtpFault } from "./error.ts";
export { formatRtp, RTP_MP2T, scanRtp, type RtpHeader, type RtpLayout } from "./packet.ts";
export {
  formatBye,
  formatReceiverReport,
  formatSenderReport,
  looksLikeRtcp,
  readByes,
  readReportBlocks,
  readSenderReport,
  readSourceDescriptions,
  sdesItemsIn,
  RTCP_TYPES,
  SDES_ITEMS,
  type HeardBlock,
  type HeardSenderReport,
  type SdesItem,
  type SenderReport,
} from "./rtcp.ts";
export { RtpSender, type RtpSenderOptions } from "./sender.ts";
export {
  looksLikeRtp,
  RTP_RECEIVER_LIMITS,
  RtpReceiver,
  type RtpPayload,
  type RtpReceiverLimits,
  type RtpStatistics,
} from "./receiver.ts";
export { ntpStamp, roundTripOf, RtpReporter, type ReportBlock, type RtpAccount } from "./report-block.ts";
export { formatSdp, parseSdp, SdpError, type SdpMedia, type SdpSession } from "./sdp.ts";
export {
  RTP_PARTS,
  rtcpTypeName,
  VideoDatagramDissector,
  type RtpPart,
  type VideoDatagrams,
} from "./dissect.ts";
export {
  explainPayloadType,
  explainRtcpType,
  explainRtpPart,
  explainSdesItem,
  RTP_PAYLOAD_TYPES,
  RTP_WORDS,
} from "./explain.ts";
