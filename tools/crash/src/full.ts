/** A disk that fills while letters come in: who has no room says so, keeps nothing half, and goes on when there is some. */
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connectSmtp, type SmtpSession } from "@socketscope/smtp-session";
import { askControl } from "@socketscope/host";
import { Disk } from "./disk.ts";
import { lettersIn, newLetter, type Letter } from "./letters.ts";
import { Relay } from "./relay.ts";

export interface FullOutcome {
  /** Letters answered 250, before the disk was full, while it was, and when it had room again. */
  readonly taken: { readonly before: number; readonly full: number; readonly after: number };
  /** The replies to the others, one of each. */
  readonly refusals: readonly string[];
  /** Answered 250, and not in their mailbox or the queue when the relay was started anew. */
  readonly lost: number;
  /** Refused, and there all the same. */
  readonly halfAccepted: number;
  readonly torn: number;
}

const MIB = 32;
const EACH = 12;
const NEXT_HOP_IS_DOWN = 9;

/** Throws CrashError "IMAGE" where nobody may mount. */
export async function fillDisk(): Promise<FullOutcome> {
  const folder = mkdtempSync(join(tmpdir(), "crash-full-"));
  const disk = Disk.make(folder, MIB);
  const sent = new Sent();
  try {
    const state = join(disk.folder, "state");
    const relay = await Relay.start({ state, port: 0, nextHop: NEXT_HOP_IS_DOWN });
    const before = await sent.send(relay.port);
    const filler = join(disk.folder, "filler");
    fill(filler);
    // Some find room that was made ahead; big ones do not.
    const full = await sent.send(relay.port);
    rmSync(filler);
    const after = await sent.send(relay.port);
    await relay.stop();
    return { taken: { before, full, after }, refusals: [...sent.refusals], ...(await judge(state, sent)) };
  } finally {
    disk.remove();
    rmSync(folder, { recursive: true, force: true });
  }
}

class Sent {
  readonly here = new Set<string>();
  readonly elsewhere = new Set<string>();
  readonly refused = new Set<string>();
  readonly refusals = new Set<string>();

  /** Half of them for a mailbox, half for the queue; small ones and big ones. How many were taken. */
  async send(port: number): Promise<number> {
    const session = await connectSmtp({ host: "127.0.0.1", port, hostname: "crash.test", tls: "off" });
    let taken = 0;
    for (let number = 0; number < EACH; number++) {
      // Above 256 KiB, each third.
      const letter = newLetter(number % 3 === 2 ? 39 : 0);
      if (await this.#one(session, letter, number % 2 === 0)) taken++;
    }
    await session.quit();
    return taken;
  }

  async #one(session: SmtpSession, letter: Letter, isHere: boolean): Promise<boolean> {
    const octets = Buffer.from(letter.text, "latin1");
    const forwardPath = isHere ? "ann@here.test" : "bob@far.test";
    const { accepted, final } = await session.send(
      { reversePath: "", parameters: { smtputf8: false }, recipients: [{ forwardPath, parameters: {} }] },
      {
        size: octets.length,
        async *read() {
          yield octets;
        },
      },
    );
    if (accepted === 1) (isHere ? this.here : this.elsewhere).add(letter.id);
    else {
      this.refused.add(letter.id);
      this.refusals.add(`${final?.code} ${final?.enhanced}`);
    }
    return accepted === 1;
  }
}

/** Until the file system has not one octet left. */
function fill(path: string): void {
  const file = openSync(path, "w");
  try {
    for (let octets = 1024 * 1024; octets >= 1; octets = Math.floor(octets / 2))
      while (hasRoomFor(file, octets));
  } finally {
    closeSync(file);
  }
}

function hasRoomFor(file: number, octets: number): boolean {
  try {
    return writeSync(file, Buffer.alloc(octets, 1)) === octets;
  } catch {
    return false;
  }
}

async function judge(
  state: string,
  { here, elsewhere, refused }: Sent,
): Promise<Pick<FullOutcome, "lost" | "halfAccepted" | "torn">> {
  const relay = await Relay.start({ state, port: 0, nextHop: NEXT_HOP_IS_DOWN });
  const page = await askControl(state, "mail-relay", "GET", "/queue?limit=1");
  await relay.stop();
  const queued =
    typeof page === "object" && page !== null && "total" in page ? Number(page.total) : Number.NaN;
  const { whole, torn } = await lettersIn(join(state, "mail-relay", "maildir"));
  const lostHere = [...here].filter((id) => !whole.has(id)).length;
  return {
    lost: lostHere + Math.max(elsewhere.size - queued, 0),
    halfAccepted: [...refused].filter((id) => whole.has(id)).length + Math.max(queued - elsewhere.size, 0),
    torn: torn.length,
  };
}
