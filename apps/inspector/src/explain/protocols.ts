/** Which dissector and which explainer read what the tap says is spoken. */
import { FtpDissector } from "@socketscope/ftp";
import { WebFlowDissector } from "@socketscope/http";
import { VideoDatagramDissector, type VideoDatagrams } from "@socketscope/media";
import { Pop3Dissector } from "@socketscope/pop3";
import { RtmpDissector } from "@socketscope/rtmp";
import { SftpDissector } from "@socketscope/sftp";
import { SmtpDissector } from "@socketscope/smtp";
import type { Direction, Dissector } from "@socketscope/wire";
import type { Explainer } from "./explainer.ts";
import { FtpExplainer } from "./ftp.ts";
import { HttpExplainer } from "./http.ts";
import { Pop3Explainer } from "./pop3.ts";
import { RawDissector, RawExplainer } from "./raw.ts";
import { RtmpExplainer } from "./rtmp.ts";
import { SftpExplainer } from "./sftp.ts";
import { SmtpExplainer } from "./smtp.ts";
import { VideoExplainer } from "./video.ts";

export interface Reader {
  readonly dissector: Dissector;
  readonly explainer: Explainer;
}

/** `client`: the direction in which the client speaks, seen from the tap. */
type MakeReader = (client: Direction) => Reader;

const video = (what: VideoDatagrams): MakeReader => {
  return () => ({ dissector: new VideoDatagramDissector(what), explainer: new VideoExplainer() });
};

const readers: Readonly<Record<string, MakeReader>> = {
  http: (client) => ({ dissector: new WebFlowDissector({ client }), explainer: new HttpExplainer() }),
  smtp: (client) => ({ dissector: new SmtpDissector({ client }), explainer: new SmtpExplainer() }),
  ftp: (client) => ({ dissector: new FtpDissector({ client }), explainer: new FtpExplainer() }),
  sftp: (client) => ({ dissector: new SftpDissector({ client }), explainer: new SftpExplainer() }),
  rtmp: (client) => ({ dissector: new RtmpDissector({ client }), explainer: new RtmpExplainer() }),
  pop3: (client) => ({ dissector: new Pop3Dissector({ client }), explainer: new Pop3Explainer() }),
  mpegts: video("mpegts"),
  rtp: video("rtp"),
  rtcp: video("rtcp"),
};

/** Protocols whose words are explained. */
export const EXPLAINED_PROTOCOLS: readonly string[] = Object.keys(readers);

export function readerOf(protocol: string, client: Direction): Reader {
  // A name comes from anybody's file: "constructor" is no reader.
  const make = Object.hasOwn(readers, protocol) ? readers[protocol] : undefined;
  return make === undefined
    ? { dissector: new RawDissector({ reads: protocol === "raw" }), explainer: new RawExplainer(protocol) }
    : make(client);
}

/** True where the reader of `before` goes on with `after` by itself, such as HTTP with the WebSocket it became. */
export function readsOn(before: string, after: string): boolean {
  return before === after || (before === "http" && after === "websocket");
}
