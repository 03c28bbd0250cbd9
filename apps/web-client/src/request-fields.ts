/** The fields of a request: ours, unless the user has said otherwise. */
import type { FieldLines } from "@socketscope/http";

export interface HeaderLine {
  readonly name: string;
  /** "": the field is not sent, not even by us. */
  readonly value: string;
}

export function requestFields(ours: FieldLines, users: readonly HeaderLine[]): FieldLines {
  const named = new Set(users.map(({ name }) => name.toLowerCase()));
  const fields: string[] = [];
  for (let i = 0; i + 1 < ours.length; i += 2) {
    const name = ours[i] ?? "";
    if (!named.has(name.toLowerCase())) fields.push(name, ours[i + 1] ?? "");
  }
  for (const { name, value } of users) if (value !== "") fields.push(name, value);
  return fields;
}

/** RFC 7617 §2: `Basic base64(user-id ":" password)`, in UTF-8. */
export function basicAuthorization(user: string): string {
  return `Basic ${Buffer.from(user).toString("base64")}`;
}
