/** `ftp://user@host:port/path` as a person types it: `?`, `*` and `#` are letters of a path here. */
import { UsageError } from "@socketscope/host";

export type Scheme = "ftp" | "ftps" | "sftp";

export interface RemoteUrl {
  readonly scheme: Scheme;
  readonly user: string | undefined;
  readonly password: string | undefined;
  readonly host: string;
  readonly port: number;
  /** Decoded. From the folder the login begins in; with a second slash in front (`ftp://host//etc`) from the root. */
  readonly path: string;
}

/** RFC 959 §8; RFC 4253 §4.1; implicit TLS stands in no RFC, its port 990 in the list of IANA. */
const ports: Readonly<Record<Scheme, number>> = { ftp: 21, ftps: 990, sftp: 22 };

const URL_FORM =
  /^(ftp|ftps|sftp):\/\/(?:([^@/:]*)(?::([^@/]*))?@)?(\[[0-9a-f:.]+\]|[^@:/[\]\s]+)(?::(\d{1,5}))?(?:\/(.*))?$/is;

export function isUrl(text: string): boolean {
  return /^[a-z]+:\/\//i.test(text);
}

/** Throws UsageError "USAGE_BAD_VALUE". */
export function parseRemoteUrl(text: string): RemoteUrl {
  const [, scheme = "", user, password, host, port, path = ""] = URL_FORM.exec(text) ?? [];
  const kind = scheme.toLowerCase();
  if (host === undefined || !isScheme(kind) || Number(port ?? 1) < 1 || Number(port ?? 1) > 65_535)
    throw badUrl(text, "give a URL such as ftp://me@127.0.0.1:2121/folder/file");
  try {
    return {
      scheme: kind,
      user: user === undefined || user === "" ? undefined : decodeURIComponent(user),
      password: password === undefined ? undefined : decodeURIComponent(password),
      host: host.replace(/^\[(.*)\]$/, "$1"),
      port: port === undefined ? ports[kind] : Number(port),
      path: decodeURIComponent(path),
    };
  } catch {
    throw badUrl(text, "write % as %25");
  }
}

/** A URL of the same server, for a path from its root. */
export function formatRemoteUrl({ scheme, host, port }: RemoteUrl, path: string): string {
  const encoded = path.split("/").map(encodeURIComponent).join("/");
  return `${scheme}://${host.includes(":") ? `[${host}]` : host}:${port}/${encoded}`;
}

function isScheme(text: string): text is Scheme {
  return Object.hasOwn(ports, text);
}

function badUrl(text: string, wanted: string): UsageError {
  const shown = text.replace(/(:\/\/[^@/:]*):[^@/]*@/, "$1:***@").slice(0, 80);
  return new UsageError("USAGE_BAD_VALUE", `${JSON.stringify(shown)}: ${wanted}`);
}
