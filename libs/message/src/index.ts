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
