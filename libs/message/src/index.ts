export { dateTime } from "./date.ts";
export { HeaderPass } from "./header-pass.ts";
export {
  deliveredToField,
  receivedField,
  returnPathField,
  transmissionType,
  type Received,
  type Transmission,
} from "./trace.ts";
export { deliveryStatusNotice, type Notice, type NoticeFrame } from "./notice.ts";
export { wantsNotice, type DeliveryAction, type RecipientStatus } from "./notice-status.ts";
export { sevenBit } from "./seven-bit.ts";
