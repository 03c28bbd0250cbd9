/** Octets as hex and as letters, eight a line, coloured by what they belong to. */
const decoded = { text: "", octets: new Uint8Array(0) };

/** Decodes base64 once for all who look at the same message. */
export function hexOf(base64: string): { readonly octets: Uint8Array } {
  if (decoded.text !== base64) {
    decoded.text = base64;
    decoded.octets = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
  }
  return decoded;
}

export interface HexTableProps {
  readonly bytes: Uint8Array;
  /** Offset of the first octet. */
  readonly from: number;
  /** The class of an octet's colour, by its offset. */
  readonly hue: (offset: number) => string;
  readonly wide?: boolean;
}

export function HexTable({ bytes, from, hue, wide = false }: HexTableProps) {
  const width = wide ? 16 : 8;
  const lines = [];
  for (let at = 0; at < bytes.length; at += width) lines.push(at);
  return (
    <div class={`hex${wide ? " wide" : ""}`}>
      {lines.map((at) => (
        <HexLine key={from + at} bytes={bytes.subarray(at, at + width)} offset={from + at} hue={hue} />
      ))}
    </div>
  );
}

export function HexLine({
  bytes,
  offset,
  hue,
}: {
  readonly bytes: Uint8Array;
  readonly offset: number;
  readonly hue: (offset: number) => string;
}) {
  const cells = [...bytes];
  return (
    <>
      <span class="o">{offset.toString(16).padStart(4, "0")}</span>
      <span>
        {cells.map((byte, index) => (
          <b key={offset + index} class={hue(offset + index)}>
            {byte.toString(16).padStart(2, "0")}{" "}
          </b>
        ))}
      </span>
      <span>
        {cells.map((byte, index) => (
          <b key={offset + index} class={hue(offset + index)}>
            {byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : "·"}
          </b>
        ))}
      </span>
    </>
  );
}
