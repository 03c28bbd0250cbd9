/** The page's listener: HTTP by our own core, seen by the inspector as the others are. */
import type { Service } from "@socketscope/host";
import { listenTcp, type Admission, type TapPoint } from "@socketscope/socket-core";
import { serveHttp, type Handler } from "@socketscope/web";

export interface WebServiceParts {
  readonly port: number | "off";
  readonly admission: Admission;
  readonly tap: TapPoint;
  readonly proxyFrom: readonly string[];
  readonly onError: (error: unknown) => void;
}

export function webService(
  { port, admission, tap, proxyFrom, onError }: WebServiceParts,
  handler: Handler,
): Service {
  return {
    name: "web",
    scheme: "http",
    port,
    option: "--web-port N",
    secure: false,
    listen: (host, at) =>
      listenTcp({ host, port: at, protocol: "http", tap, admission, proxyFrom }, (stream) =>
        serveHttp(stream, handler, { onError }),
      ),
  };
}
