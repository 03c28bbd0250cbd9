/** One line of the table. */
export interface Result {
  readonly id: string;
  readonly title: string;
  /** Medians by server; ours is called "ours". */
  readonly measured: Readonly<Record<string, number>>;
  readonly unit: string;
  /** What is judged: a ratio to a peer, or an amount of ours. */
  readonly value: number;
  readonly valueUnit: "×" | "KiB" | "MiB" | "s" | "stalls";
  readonly against?: string;
  readonly bound: { readonly kind: "floor" | "ceiling"; readonly value: number };
  readonly goal?: number;
  readonly passed: boolean;
}

export interface Report {
  readonly machine: Readonly<Record<string, string>>;
  /** The effort in words. */
  readonly effort: string;
  readonly results: readonly Result[];
}
