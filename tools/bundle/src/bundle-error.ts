/** "NOT_BUILT": `npm run build` comes first. "MISSING": a package is not where npm puts it. "PLATFORM": one system's program got in. */
export class BundleError extends Error {
  override readonly name = "BundleError";
  readonly code: "NOT_BUILT" | "MISSING" | "PLATFORM";

  constructor(code: BundleError["code"], message: string) {
    super(message);
    this.code = code;
  }
}
