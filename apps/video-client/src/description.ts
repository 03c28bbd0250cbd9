/** The description of a session (SDP) instead of its address: a file, or what came by HTTP. */
import { open } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { describeError } from "@socketscope/host";
import { parseSdp, SdpError } from "@socketscope/media";
import { castOf } from "@socketscope/socket-core";
import type { DatagramSource } from "./datagrams.ts";
import { ClientError } from "./errors.ts";

/** What the command line says of it: this goes before the description. */
export interface Asked {
  readonly source: string | undefined;
  readonly interface: string | undefined;
  readonly viewers: number;
}

/** Octets of a description. */
export const MOST_DESCRIPTION = 64 * 1024;
/** What it begins with (RFC 8866 §5.1). */
export const DESCRIPTION_MARK = "v=0";

/** Throws ClientError. */
export async function readDescription(url: URL): Promise<string> {
  try {
    const file = await open(fileURLToPath(url));
    try {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(MOST_DESCRIPTION));
      return buffer.toString("utf8", 0, bytesRead);
    } finally {
      await file.close();
    }
  } catch (error) {
    throw new ClientError("CLIENT_DESCRIPTION", `cannot read ${url.href}: ${describeError(error)}`);
  }
}

export interface DescribedSource extends DatagramSource {
  /** What else is described and not heard, as its `m=` has it. */
  readonly others: readonly string[];
}

/** Throws ClientError. */
export function sourceOf(text: string, { source, interface: at, viewers }: Asked): DescribedSource {
  try {
    const described = parseSdp(text);
    if (viewers > 1 && castOf(described.host) === "unicast")
      throw new ClientError("CLIENT_DESCRIPTION", "--viewers: what is sent to one address is heard by one");
    return { scheme: "rtp", ...described, source: source ?? described.source, interface: at };
  } catch (error) {
    if (!(error instanceof SdpError)) throw error;
    throw new ClientError("CLIENT_DESCRIPTION", error.message);
  }
}
