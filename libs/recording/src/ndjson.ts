/**
 * A recording: one JSON object a line (NDJSON). The first names the format and its version, the others are records, each
 * with the number of the program that told it. A last line that was cut short by a crash is forgiven.
 */
import { LimitError } from "@socketscope/wire";
import { RecordError } from "./errors.ts";
import { recordFromJson, recordToJson } from "./json.ts";
import type { TapRecord } from "./records.ts";

export const RECORDING_VERSION = 1;

/** Characters of one line. */
const MAX_LINE = 16 * 1024 * 1024;

export interface Recorded {
  /** Which program told it: counts up from 0. */
  readonly source: number;
  readonly record: TapRecord;
}

/** The first line, with its end. `made`: milliseconds since 1970. */
export function recordingHead(made: number): string {
  return `${JSON.stringify({ socketscope: "recording", version: RECORDING_VERSION, made })}\n`;
}

/** One line, with its end. */
export function formatRecorded({ source, record }: Recorded): string {
  return `${JSON.stringify({ source, ...recordToJson(record) })}\n`;
}

/** Reads a recording piece by piece. Throws RecordError with the line's number. */
export class RecordingReader {
  #rest = "";
  #line = 0;

  /** The records of all whole lines in `text` and what was left before it. */
  push(text: string): readonly Recorded[] {
    const lines = (this.#rest + text).split("\n");
    this.#rest = lines.pop() ?? "";
    if (this.#rest.length > MAX_LINE)
      throw new LimitError("RECORDING_LINE", `line ${this.#line + 1} is longer than ${MAX_LINE} characters`);
    return lines.flatMap((line) => this.#read(line));
  }

  /** True when the last line was not whole: what it said is lost. */
  end(): boolean {
    if (this.#line === 0 && this.#rest !== "") checkHead(this.#rest);
    if (this.#line === 0) throw new RecordError("RECORDING_FOREIGN", "the file is empty: no recording");
    return this.#rest !== "";
  }

  #read(line: string): readonly Recorded[] {
    this.#line += 1;
    if (this.#line === 1) {
      checkHead(line);
      return [];
    }
    if (line.trim() === "") return [];
    try {
      const value: unknown = JSON.parse(line);
      const source = typeof value === "object" && value !== null && "source" in value ? value.source : 0;
      return [{ source: typeof source === "number" ? source : 0, record: recordFromJson(value) }];
    } catch (error) {
      const why = error instanceof RecordError ? error.message : "no JSON";
      throw new RecordError("RECORD_INVALID", `line ${this.#line}: ${why}`);
    }
  }
}

function checkHead(line: string): void {
  let head: unknown;
  try {
    head = JSON.parse(line);
  } catch {
    head = undefined;
  }
  if (
    typeof head !== "object" ||
    head === null ||
    !("socketscope" in head) ||
    head.socketscope !== "recording"
  )
    throw new RecordError("RECORDING_FOREIGN", "line 1: this is no Socketscope recording");
  if (!("version" in head) || head.version !== RECORDING_VERSION)
    throw new RecordError(
      "RECORDING_VERSION",
      `line 1: a recording of another version; this program reads version ${RECORDING_VERSION}`,
    );
}
