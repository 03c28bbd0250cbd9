/** The video streamer: HLS by ffmpeg, ranges and a live channel by curl, a channel by datagrams. */
import { createSocket, type Socket } from "node:dgram";
import { ask, run, sha256 } from "../client.ts";
import { SoakError } from "../soak-error.ts";
import { count, type Counted, type Load, type Room } from "./load.ts";

/** ISO/IEC 13818-1: a packet of a transport stream, and its first octet. */
const PACKET = 188;
const SYNC = 0x47;

export function videoLoads({ apps }: Room, heard: Datagrams): Load[] {
  const app = apps["video-streamer"];
  const http = `http://127.0.0.1:${app.port("http")}`;
  const film = `${http}/media/sample-360p.mp4`;
  let pictures: string | undefined;
  let whole: Buffer | undefined;
  return [
    {
      app: app.name,
      title: "a film by ffmpeg over HLS, every packet as the first time",
      async round() {
        const hls = ["-i", `${http}/vod/sample/master.m3u8`, "-map", "0", "-c", "copy"];
        const said = String(await run("ffmpeg", "-v", "error", ...hls, "-f", "streamhash", "-"));
        pictures ??= said;
        return count([said.includes("SHA256=") && said === pictures]);
      },
    },
    {
      app: app.name,
      title: "the film in three ranges by curl, in octets alike",
      async round() {
        whole ??= await run("curl", "-sS", "--fail", film);
        const parts = [];
        for (const range of ["0-9999", `10000-${whole.length - 2}`, "-1"])
          parts.push(await run("curl", "-sS", "--fail", "-r", range, film));
        return count([sha256(Buffer.concat(parts)) === sha256(whole)]);
      },
    },
    {
      app: app.name,
      title: "packets of a live channel, cut off by curl after 2 s",
      async round() {
        const { stdout } = await ask("curl", ["-sS", "--max-time", "2", `${http}/live/demo.ts`]);
        return packetsIn(stdout);
      },
    },
    {
      app: app.name,
      title: "packets of a channel by datagrams to one receiver",
      async round() {
        const { sent, found } = await heard.next();
        if (sent === 0) throw new SoakError("CLIENT", "no datagram came within 5 s");
        return { sent, found };
      },
    },
  ];
}

/** What was cut off in its midst is not counted. */
function packetsIn(octets: Uint8Array): Counted {
  const sent = Math.floor(octets.length / PACKET);
  let found = 0;
  for (let at = 0; at < sent; at++) if (octets[at * PACKET] === SYNC) found += 1;
  return { sent, found };
}

/** A receiver of datagrams; what is lost on the way is not counted, what is torn is. */
export class Datagrams implements Disposable {
  readonly port: number;
  readonly #socket: Socket;
  #sent = 0;
  #found = 0;

  private constructor(socket: Socket) {
    this.#socket = socket;
    this.port = socket.address().port;
    socket.on("message", (octets) => {
      const { sent, found } = packetsIn(octets);
      // A datagram holds whole packets.
      this.#sent += sent + (octets.length % PACKET === 0 ? 0 : 1);
      this.#found += found;
    });
  }

  static open(): Promise<Datagrams> {
    const socket = createSocket("udp4");
    return new Promise((resolve, reject) => {
      socket.once("error", reject);
      socket.bind(0, "127.0.0.1", () => resolve(new Datagrams(socket)));
    });
  }

  /** What came since it was asked last; waits up to 5 s for some. */
  async next(): Promise<Counted> {
    for (let tries = 0; tries < 50 && this.#sent === 0; tries++)
      await new Promise((resolve) => setTimeout(resolve, 100));
    const counted = { sent: this.#sent, found: this.#found };
    this.#sent = 0;
    this.#found = 0;
    return counted;
  }

  [Symbol.dispose](): void {
    this.#socket.close();
  }
}
