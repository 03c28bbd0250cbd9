/** SFTP inside SSH: a packet by its type, a status by its code, every field by its name. */
import {
  explainSftpField,
  explainSftpPacket,
  explainSftpStatus,
  packetName,
  PACKETS,
  STATUS,
} from "@socketscope/sftp";
import type { Message } from "@socketscope/wire";
import { NOT_KNOWN, partTold, told, type Explainer, type PartTold, type Told } from "./explainer.ts";

/** draft-ietf-secsh-filexfer-02 §3: length, type, id. */
const TYPE_AT = 4;
const STATUS_AT = 9;

export class SftpExplainer implements Explainer {
  message(message: Message, octets: Uint8Array): Told {
    const type = octets[TYPE_AT];
    const name = type === undefined ? undefined : packetName(type);
    if (name === undefined || message.kind === "unparsed") return NOT_KNOWN;
    const explained = told(explainSftpPacket(name));
    if (type !== PACKETS.STATUS || octets.length < STATUS_AT + 4) return explained;
    const code = new DataView(octets.buffer, octets.byteOffset).getUint32(STATUS_AT);
    // The end of a file or a folder is an answer like any other.
    const refuses = code !== STATUS.OK && code !== STATUS.EOF;
    return { ...told(explainSftpStatus(code)), code, refuses };
  }

  part(_message: Message, name: string): PartTold {
    return partTold(explainSftpField(name));
  }
}
