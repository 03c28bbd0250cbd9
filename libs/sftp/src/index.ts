/** SFTP version 3 (draft-ietf-secsh-filexfer-02) as pure state machines: octets of a channel in, requests and answers out. */
export {
  ANSWER_TO,
  type AnswerType,
  DATA_HEAD,
  type FileSystemFigures,
  type NameEntry,
  type SftpAnswer,
} from "./answers.ts";
export { kindOf, type Attributes, type Extension } from "./attributes.ts";
export { SftpClient, type SftpClientOptions, type SftpClientState } from "./client.ts";
export type {
  SftpClientAction,
  SftpClientEvent,
  SftpClientWait,
  SftpServerAction,
  SftpServerEvent,
  SftpServerWait,
} from "./events.ts";
export { EXTENSIONS } from "./extensions.ts";
export { defaultSftpLimits, type SftpLimits } from "./limits.ts";
export {
  ATTRIBUTE_FLAGS,
  FILE_KINDS,
  flagNames,
  OPEN_FLAGS,
  packetName,
  PACKETS,
  SFTP_VERSION,
  STATUS,
  statusName,
  type AttributeFlag,
  type OpenFlag,
  type PacketName,
  type StatusName,
} from "./numbers.ts";
export type { Opening } from "./opening.ts";
export type { RequestType, SftpRequest } from "./requests.ts";
export { SftpServer, type SftpServerOptions, type SftpServerState } from "./server.ts";
export { SftpDissector, type SftpDissectorOptions } from "./dissect.ts";
export {
  explainedSftp,
  explainSftpAttributeFlag,
  explainSftpExtension,
  explainSftpField,
  explainSftpOpenFlag,
  explainSftpPacket,
  explainSftpStatus,
} from "./explain.ts";
