/** What a test may ask of a browser, whichever it is: one suite, run in Chromium and in Firefox. */

export interface BrowserOptions {
  /** A file with the PEM of the authority to trust. Nothing else is trusted, and no certificate error is ignored. */
  readonly ca?: string;
  /** Milliseconds for each step. Default 60,000. */
  readonly timeout?: number;
}

export interface SeenResponse {
  readonly url: string;
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** After content codings are undone; undefined where there is none to be had (redirects, 304, streams). */
  body(): Promise<Uint8Array | undefined>;
}

export interface BrowserPage extends AsyncDisposable {
  /** Loads the page and waits for its load event. Returns the status of the document. */
  goto(url: string): Promise<number | undefined>;
  /** Runs an expression in the page. */
  evaluate(expression: string): Promise<unknown>;
  setViewport(width: number, height: number): Promise<void>;
  screenshot(): Promise<Uint8Array>;
  /** Every response so far, in the order they came. */
  readonly responses: readonly SeenResponse[];
  /** Console errors and warnings, uncaught errors, failed requests: empty when the page is clean. */
  readonly problems: readonly string[];
}

export interface Browser extends AsyncDisposable {
  readonly name: "chromium" | "firefox";
  readonly version: string;
  newPage(): Promise<BrowserPage>;
}
