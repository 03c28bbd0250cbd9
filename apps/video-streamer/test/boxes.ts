/** Reads boxes (ISO/IEC 14496-12 §4.2) the plain way, apart from the code that writes them. */

function* boxes(octets: Uint8Array): Generator<{ name: string; content: Uint8Array }> {
  const view = new DataView(octets.buffer, octets.byteOffset, octets.byteLength);
  for (let at = 0; at + 8 <= octets.length;) {
    const small = view.getUint32(at);
    const size = small === 1 ? Number(view.getBigUint64(at + 8)) : small;
    yield {
      name: Buffer.from(octets.subarray(at + 4, at + 8)).toString("latin1"),
      content: octets.subarray(at + 8, at + size),
    };
    at += Math.max(size, 8);
  }
}

export function boxNames(octets: Uint8Array): string[] {
  return [...boxes(octets)].map(({ name }) => name);
}

/** The content of the `index`-th box of that name; empty when there is none. */
export function boxAt(octets: Uint8Array, name: string, index = 0): Uint8Array {
  return [...boxes(octets)].filter((one) => one.name === name)[index]?.content ?? new Uint8Array();
}
