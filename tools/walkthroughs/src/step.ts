/** What a walkthrough is made of once it is read. Lines of the file are counted from 1, as editors do. */

/** The output a step promises: the lines of the block, and where they stand in the file. */
export interface Expected {
  /** The first line; for no output the line it would be. */
  readonly line: number;
  readonly lines: readonly string[];
}

interface Common {
  /** Where the command stands. */
  readonly line: number;
  /** Seconds until the step is cut off. */
  readonly timeout: number;
  /** Programs without which the step cannot be run. */
  readonly needs: readonly string[];
  /** Why it is not run at all, here or anywhere but on some platforms. */
  readonly leftOut?: LeftOut;
}

export interface LeftOut {
  /** Platforms (`process.platform`) on which it is run all the same; none for `skip`. */
  readonly except: readonly string[];
  readonly reason: string;
}

/** `$ command`, in the reader's shell. */
export interface CommandStep extends Common {
  readonly kind: "command";
  readonly command: string;
  /** The exit status it must end with. */
  readonly status: number;
  readonly expected: Expected;
  /** The line of `? 1`, where there is one. */
  readonly statusLine?: number;
}

/** A block with `file=PATH`: its text is written there. */
export interface FileStep extends Common {
  readonly kind: "file";
  readonly path: string;
  readonly content: string;
}

/** A command in another terminal, which goes on: ready once the output holds what is expected. */
export interface OpenStep extends Common {
  readonly kind: "open";
  readonly terminal: string;
  readonly command: string;
  readonly expected: Expected;
}

/** What another terminal prints next. */
export interface ShowsStep extends Common {
  readonly kind: "shows";
  readonly terminal: string;
  readonly expected: Expected;
}

/** `^C` in another terminal: it must end by itself, and with this status where the block says one. */
export interface InterruptStep extends Common {
  readonly kind: "interrupt";
  readonly terminal: string;
  readonly status?: number;
  readonly expected: Expected;
  readonly statusLine?: number;
}

export type Step = CommandStep | FileStep | OpenStep | ShowsStep | InterruptStep;

export interface Walkthrough {
  /** As it is named in reports: from the workspace's root, with slashes. */
  readonly path: string;
  readonly steps: readonly Step[];
}

/** One line that names a step in a list. */
export function titleOf(step: Step): string {
  switch (step.kind) {
    case "command":
      return `$ ${firstLine(step.command)}`;
    case "file":
      return `writes ${step.path}`;
    case "open":
      return `${step.terminal} $ ${firstLine(step.command)}`;
    case "shows":
      return `${step.terminal} shows ${firstLine(step.expected.lines.join("\n"))}`;
    case "interrupt":
      return `${step.terminal} ^C`;
  }
}

function firstLine(text: string): string {
  const [first = "", ...more] = text.split("\n");
  return more.length === 0 ? first : `${first} …`;
}
