/** Video in datagrams: RTP, RTCP and MPEG-TS, field by field. */
import {
  explainPayloadType,
  explainRtcpType,
  explainRtpPart,
  explainSdesItem,
  explainStreamType,
  explainTsPart,
  explainTsTable,
  PACKETS_WORDS,
  RTP_PARTS,
  RTP_WORDS,
  sdesItemsIn,
  tableIn,
  TS_PARTS,
} from "@socketscope/media";
import { explanationOf, type Explanation, type Message } from "@socketscope/wire";
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
    if (name === "table") return tableTold(octetsOf(text));
    if (name === "description") return descriptionTold(octetsOf(text));
    if (RTP_PARTS.some((part) => part === name)) return partTold(explainRtpPart(name));
    return TS_PARTS.some((part) => part === name) ? partTold(explainTsPart(name)) : { means: "" };
  }
}

/** Which table it is; of a program's, what its streams are. */
function tableTold(octets: Uint8Array): PartTold {
  const { table, streamTypes } = tableIn(octets);
  return together(explainTsTable(table), streamTypes.map(explainStreamType));
}

function descriptionTold(octets: Uint8Array): PartTold {
  return together(explainRtpPart("description"), sdesItemsIn(octets).map(explainSdesItem));
}

function together(whole: Explanation, pieces: readonly Explanation[]): PartTold {
  const means = [whole, ...pieces].map(({ sentence }) => sentence);
  return { means: [...new Set(means)].join(" "), source: whole.source };
}

function octetsOf(letters: string): Uint8Array {
  return Uint8Array.from(letters, (letter) => letter.codePointAt(0) ?? 0);
}
