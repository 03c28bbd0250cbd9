/** The few colours of a terminal that we use, and none where they are not wanted. */

const CODES = { bold: [1, 22], dim: [2, 22], green: [32, 39], yellow: [33, 39] } as const;

export type Style = keyof typeof CODES;

export function styleText(style: Style, words: string, color: boolean): string {
  const [on, off] = CODES[style];
  return color ? `\u001B[${on}m${words}\u001B[${off}m` : words;
}
