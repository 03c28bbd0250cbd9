/** RTMP: the handshake, chunks, messages; a command by its name, a status by its code. */
import {
  explainRtmpCode,
  explainRtmpCommand,
  explainRtmpMessage,
  explainRtmpPart,
  explainUserControl,
} from "@socketscope/rtmp";
import type { Message } from "@socketscope/wire";
import { NOT_KNOWN, partTold, told, type Explainer, type PartTold, type Told } from "./explainer.ts";

export class RtmpExplainer implements Explainer {
  message({ kind, summary }: Message): Told {
    const words = summary.split(" ");
    const [name = ""] = words;
    switch (kind) {
      case "unparsed":
        return NOT_KNOWN;
      case "command": {
        const code = words.find((word) => /^Net(?:Stream|Connection)\./.test(word));
        if (code === undefined) return told(explainRtmpCommand(name));
        return told(explainRtmpCode(code), { refuses: /\.(?:Denied|BadName|Failed)$/.test(code) });
      }
      case "user control":
        return told(explainUserControl(summary));
      default:
        return told(explainRtmpMessage(kind));
    }
  }

  part({ kind }: Message, name: string, text: string): PartTold {
    // A string of AMF 0 has its marker and length in front.
    if (name === "name" && kind === "command") return partTold(explainRtmpCommand(text.slice(3)));
    return partTold(explainRtmpPart(name));
  }
}
