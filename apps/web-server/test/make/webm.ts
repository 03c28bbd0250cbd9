/** RFC 8794 (EBML) and RFC 9559 (Matroska), as much as a film of one VP9 track needs: with an index, so that players can jump. */

export interface Frame {
  /** Milliseconds. */
  readonly at: number;
  readonly key: boolean;
  readonly octets: Uint8Array;
}

/** RFC 8794 §4: the size always in eight octets, so that it is known before what it sizes. */
function element(id: number, ...content: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(content);
  const size = Buffer.alloc(8);
  size.writeBigUInt64BE(BigInt(body.length) | (1n << 56n));
  return Buffer.concat([idOctets(id), size, body]);
}

function idOctets(id: number): Buffer {
  const text = id.toString(16);
  return Buffer.from(text.length % 2 === 0 ? text : `0${text}`, "hex");
}

const text = (id: number, value: string): Buffer => element(id, Buffer.from(value));

function unsigned(id: number, value: number): Buffer {
  const octets = Buffer.alloc(8);
  octets.writeBigUInt64BE(BigInt(value));
  return element(id, octets);
}

function float(id: number, value: number): Buffer {
  const octets = Buffer.alloc(8);
  octets.writeDoubleBE(value);
  return element(id, octets);
}

/** RFC 9559 §10.2: track 1, time within the cluster, flags. */
function simpleBlock({ at, key, octets }: Frame, clusterAt: number): Buffer {
  const head = Buffer.from([0x81, 0, 0, key ? 0x80 : 0]);
  head.writeInt16BE(at - clusterAt, 1);
  return element(0xa3, head, octets);
}

/** A cluster begins with each key frame, and the index (RFC 9559 §5.1.5) names them all. */
export function webm(frames: readonly Frame[], width: number, height: number, duration: number): Buffer {
  const groups: Frame[][] = [];
  for (const frame of frames) {
    if (frame.key) groups.push([]);
    groups.at(-1)?.push(frame);
  }
  const clusters = groups.map((group) => {
    const at = group[0]?.at ?? 0;
    return {
      at,
      octets: element(0x1f43b675, unsigned(0xe7, at), ...group.map((frame) => simpleBlock(frame, at))),
    };
  });
  const info = element(
    0x1549a966,
    unsigned(0x2ad7b1, 1_000_000),
    float(0x4489, duration),
    text(0x4d80, "Socketscope"),
    text(0x5741, "Socketscope"),
  );
  const video = element(0xe0, unsigned(0xb0, width), unsigned(0xba, height));
  const track = element(
    0xae,
    unsigned(0xd7, 1),
    unsigned(0x73c5, 1),
    unsigned(0x83, 1),
    text(0x86, "V_VP9"),
    video,
  );
  const tracks = element(0x1654ae6b, track);
  const cues = (first: number): Buffer => {
    let position = first;
    return element(
      0x1c53bb6b,
      ...clusters.map(({ at, octets }) => {
        const place = element(0xb7, unsigned(0xf7, 1), unsigned(0xf1, position));
        position += octets.length;
        return element(0xbb, unsigned(0xb3, at), place);
      }),
    );
  };
  const first = info.length + tracks.length + cues(0).length;
  const head = element(
    0x1a45dfa3,
    unsigned(0x4286, 1),
    unsigned(0x42f7, 1),
    unsigned(0x42f2, 4),
    unsigned(0x42f3, 8),
    text(0x4282, "webm"),
    unsigned(0x4287, 4),
    unsigned(0x4285, 2),
  );
  return Buffer.concat([
    head,
    element(0x18538067, info, tracks, cues(first), ...clusters.map(({ octets }) => octets)),
  ]);
}
