/** RFC 1939 §7, TOP: the header section, its empty line, and so many lines of the text. */

const LF = 10;
const CR = 13;

export async function* headAndLines(
  pieces: AsyncIterable<Uint8Array>,
  lines: number,
): AsyncGenerator<Uint8Array> {
  let left: number | undefined;
  /** Octets of the line that is not at its end, CR not counted. */
  let lineOctets = 0;
  for await (const octets of pieces) {
    for (let at = 0; at < octets.length; at++) {
      if (octets[at] === LF) {
        if (left !== undefined) left--;
        else if (lineOctets === 0) left = lines;
        lineOctets = 0;
        if (left === 0) {
          yield octets.subarray(0, at + 1);
          return;
        }
      } else if (octets[at] !== CR) lineOctets++;
    }
    yield octets;
  }
}
