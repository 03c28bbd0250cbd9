/** RTP_PACKET: a datagram that is no RTP packet · RTP_REPORT: one that is no RTCP packet. */
export type RtpFault = "RTP_PACKET" | "RTP_REPORT";

/** A datagram that is not what it should be. */
export class RtpError extends Error {
  override readonly name = "RtpError";
  readonly code: RtpFault;

  constructor(code: RtpFault, message: string) {
    super(message);
    this.code = code;
  }
}
