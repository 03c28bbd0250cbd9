/** Packets written out by hand, so that reader and writer cannot agree on a mistake. */

/** Hexadecimal and 'text' in turns: `00 00 00 05 'hello'`. The length in front is added. */
export function packet(description: string): Uint8Array {
  const body = octetsOf(description);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(body.length);
  return new Uint8Array(Buffer.concat([length, body]));
}

export function octetsOf(description: string): Buffer {
  return Buffer.concat(
    [...description.matchAll(/'([^']*)'|([0-9a-f]{2})/g)].map(([, text, hex]) =>
      text === undefined ? Buffer.from(hex ?? "", "hex") : Buffer.from(text),
    ),
  );
}

export const joined = (...pieces: readonly (Uint8Array | readonly Uint8Array[])[]): Uint8Array =>
  new Uint8Array(Buffer.concat(pieces.flat()));

export const INIT = packet("01 00000003");
export const VERSION = packet("02 00000003 0000000f 'limits@here.org' 00000001 '1'");
