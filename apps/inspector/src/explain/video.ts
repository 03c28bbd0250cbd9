/** Video in datagrams: RTP, RTCP and MPEG-TS, field by field. */
import {
  explainPayloadType,
  explainRtcpType,
  explainRtpPart,
  explainTsPart,
  PACKETS_WORDS,
  RTP_PARTS,
  RTP_WORDS,
  TS_PARTS,
} from "@socketscope/media";
import { explanationOf, type Message } from "@socketscope/wire";
import { NOT_KNOWN, partTold, told, type Explainer, type PartTold, type Told } from "./explainer.ts";

export class VideoExplainer implements Explainer {
  message(message: Message, octets: Uint8Array): Told {
    switch (message.kind) {
      case "packets":
        return told(explanationOf(PACKETS_WORDS));
      case "rtp":
        return told(explanationOf(RTP_WORDS));
      case "unparsed":
        return NOT_KNOWN;
      default:
        // RFC 3550 §6.4: the type of a report is its second octet.
        return told(explainRtcpType(octets[1] ?? 0));
    }
  }

  part(_message: Message, name: string, text: string): PartTold {
    // The lower seven bits are the type.
    if (name === "marker and type") return partTold(explainPayloadType((text.codePointAt(0) ?? 0) & 0x7f));
    if (RTP_PARTS.some((part) => part === name)) return partTold(explainRtpPart(name));
    return TS_PARTS.some((part) => part === name) ? partTold(explainTsPart(name)) : { means: "" };
  }
}
