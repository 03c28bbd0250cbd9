/** A file of unknown kind, piece by piece: a recording of ours, or anybody's capture. */
import { decodeUtf8 } from "@socketscope/wire";
import { RecordError } from "../errors.ts";
import { type Recorded, RecordingReader } from "../ndjson.ts";
import type { TlsCrypto } from "../tls/crypto.ts";
import { CAPTURE_SOURCE, CaptureFlows } from "./capture-flows.ts";
import { CaptureReader, isCapture } from "./capture-reader.ts";

export interface Imported {
  /** What is worth a warning: a last block or line that was cut short, packets that mean nothing to us. */
  readonly warnings: readonly string[];
  readonly records: readonly Recorded[];
}

const FOREIGN = "byte 0: this is neither a Socketscope recording nor a capture (pcapng, pcap)";

export interface FileImportOptions {
  /** To open what is under TLS, where the file has the keys. Without it TLS's records are told as they are. */
  readonly tls?: TlsCrypto;
}

export class FileImport {
  readonly #options: FileImportOptions;
  #begin: Uint8Array = new Uint8Array(0);
  #form: CaptureImport | RecordingImport | undefined;

  constructor(options: FileImportOptions = {}) {
    this.#options = options;
  }

  /** Throws RecordError, LimitError with the byte or line. */
  push(octets: Uint8Array): readonly Recorded[] {
    if (this.#form !== undefined) return this.#form.push(octets);
    const begin = new Uint8Array(this.#begin.length + octets.length);
    begin.set(this.#begin);
    begin.set(octets, this.#begin.length);
    this.#begin = begin;
    return begin.length < 4 ? [] : this.#chosen().push(begin);
  }

  end(): Imported {
    return (this.#form ?? this.#chosen()).end();
  }

  #chosen(): CaptureImport | RecordingImport {
    this.#form = isCapture(this.#begin) ? new CaptureImport(this.#options) : new RecordingImport();
    return this.#form;
  }
}

class CaptureImport {
  readonly #reader = new CaptureReader();
  readonly #flows: CaptureFlows;
  #begun = false;

  constructor({ tls }: FileImportOptions) {
    this.#flows = new CaptureFlows({ ...(tls && { tls }) });
  }

  push(octets: Uint8Array): readonly Recorded[] {
    const records = this.#reader
      .push(octets)
      .flatMap((captured) =>
        "keyLog" in captured ? this.#flows.keys(captured.keyLog) : this.#flows.push(captured),
      );
    const recorded = records.map((record): Recorded => ({ source: 0, record }));
    if (this.#begun) return recorded;
    this.#begun = true;
    return [{ source: 0, record: CAPTURE_SOURCE }, ...recorded];
  }

  end(): Imported {
    const cut = this.#reader.end();
    const { foreign } = this.#flows;
    return {
      records: this.#flows.end().map((record): Recorded => ({ source: 0, record })),
      warnings: [
        ...(cut === undefined ? [] : [`byte ${cut}: the last block was cut short`]),
        ...(foreign === 0
          ? []
          : [`${foreign} packets are neither TCP nor UDP, or only a piece of one: left out`]),
      ],
    };
  }
}

class RecordingImport {
  readonly #reader = new RecordingReader();
  #rest: Uint8Array = new Uint8Array(0);

  push(octets: Uint8Array): readonly Recorded[] {
    const all = new Uint8Array(this.#rest.length + octets.length);
    all.set(this.#rest);
    all.set(octets, this.#rest.length);
    // A letter may be cut in two, a line end never is.
    const whole = all.lastIndexOf(0x0a) + 1;
    this.#rest = all.slice(whole);
    return this.#read(all.subarray(0, whole));
  }

  end(): Imported {
    const records = this.#read(this.#rest);
    return { records, warnings: this.#reader.end() ? ["the last line was cut short"] : [] };
  }

  #read(octets: Uint8Array): readonly Recorded[] {
    if (octets.length === 0) return [];
    const text = decodeUtf8(octets);
    if (text === undefined) throw new RecordError("RECORDING_FOREIGN", FOREIGN);
    return this.#reader.push(text);
  }
}
