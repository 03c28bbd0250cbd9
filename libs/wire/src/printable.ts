/** What a peer wrote as it may stand in a terminal or a log: "?" for what would move a cursor or turn the text round. */
export function printable(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu, "?");
}
