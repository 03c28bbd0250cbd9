/** Every pure core there is. A new one is added here, and `npm test` runs it from then on. */
import type { Target } from "./target.ts";
import { flv, fmp4, movie } from "./targets/containers.ts";
import { rtp } from "./targets/datagrams.ts";
import { ftpClient } from "./targets/ftp-client.ts";
import { ftpDissector, ftpServer } from "./targets/ftp-server.ts";
import { httpClient } from "./targets/http-client.ts";
import { httpDissector } from "./targets/http-dissector.ts";
import { httpServer } from "./targets/http-server.ts";
import { pop3Dissector, smtpDissector } from "./targets/mail-dissectors.ts";
import { mpegTs } from "./targets/mpeg-ts.ts";
import { playlist } from "./targets/playlist.ts";
import { pop3Client } from "./targets/pop3-client.ts";
import { pop3Server } from "./targets/pop3-server.ts";
import { proxyHeader } from "./targets/proxy-header.ts";
import { rtmpDissector, rtmpServer } from "./targets/rtmp.ts";
import { sftpClient, sftpDissector, sftpServer } from "./targets/sftp.ts";
import { smtpClient } from "./targets/smtp-client.ts";
import { smtpServer } from "./targets/smtp-server.ts";
import { webSocketClient, webSocketServer } from "./targets/websocket.ts";

export const targets: readonly Target[] = [
  httpServer,
  httpClient,
  webSocketServer,
  webSocketClient,
  httpDissector,
  proxyHeader,
  smtpClient,
  ftpClient,
  ftpServer,
  ftpDissector,
  smtpServer,
  pop3Server,
  pop3Client,
  smtpDissector,
  pop3Dissector,
  rtmpServer,
  rtmpDissector,
  sftpServer,
  sftpClient,
  sftpDissector,
  mpegTs,
  playlist,
  rtp,
  flv,
  fmp4,
  movie,
];
