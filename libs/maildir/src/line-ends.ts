/**
 * Line ends of files and of the wire. Every program that reads a Maildir (mutt, Dovecot, maildrop, procmail) writes its
 * files with LF; SMTP and POP3 have CR LF. What was written by others with CR LF, or with both, is read all the same.
 */

const CR = 13;
const LF = 10;

/** CR LF becomes LF; a CR on its own stays. */
export class FileText {
  #heldCr = false;

  data(octets: Uint8Array): Uint8Array {
    const out = new Uint8Array(octets.length + 1);
    let to = 0;
    for (const octet of octets) {
      if (this.#heldCr && octet !== LF) out[to++] = CR;
      this.#heldCr = octet === CR;
      if (!this.#heldCr) out[to++] = octet;
    }
    return out.subarray(0, to);
  }

  /** What is left. */
  end(): Uint8Array {
    const held = this.#heldCr;
    this.#heldCr = false;
    return held ? Uint8Array.of(CR) : new Uint8Array(0);
  }
}

/** Every line end becomes CR LF; a CR on its own is one, for no mail program may be sent it (RFC 5321 §2.3.8). */
export class WireText {
  #afterCr = false;

  data(octets: Uint8Array): Uint8Array {
    const out = new Uint8Array(2 * octets.length + 1);
    let to = 0;
    for (const octet of octets) {
      if (this.#afterCr !== (octet === LF)) out[to++] = this.#afterCr ? LF : CR;
      out[to++] = octet;
      this.#afterCr = octet === CR;
    }
    return out.subarray(0, to);
  }

  /** What is left. */
  end(): Uint8Array {
    const half = this.#afterCr;
    this.#afterCr = false;
    return half ? Uint8Array.of(LF) : new Uint8Array(0);
  }
}
