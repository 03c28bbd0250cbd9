export type { Address, CloseReason, Flow, Intercepted, Tap } from "./flow.ts";
export type { Receiver, Stream, Tls } from "./stream.ts";
export { DuplexOverStream, type DuplexEvents } from "./duplex-over-stream.ts";
export { StreamOverDuplex, type StreamOverDuplexOptions } from "./stream-over-duplex.ts";
export { connectTcp, type ConnectOptions } from "./connect.ts";
export { converse, type Dialogue } from "./converse.ts";
export { drive } from "./drive.ts";
export { asSocketError, closedByServer, isUntrusted, SocketError, type SocketErrorCode } from "./errors.ts";
export type { Clock, Clocks, Link, Session } from "./link.ts";
export {
  DEFAULT_MAX_CONNECTIONS,
  listenTcp,
  type Listener,
  type ListenOptions,
  type TcpListening,
} from "./listen.ts";
export { nextFlowId } from "./flow-id.ts";
export { TapPoint } from "./tap-point.ts";
export { TcpStream } from "./tcp-stream.ts";
export { tapSocket } from "./tap-socket.ts";
export { defaultStreamLimits, type StreamLimits } from "./stream-limits.ts";
export { systemAuthorities, type TlsClientOptions, type TlsOptions, type TlsServerOptions } from "./tls.ts";
export type { Admission, Verdict } from "./admission.ts";
export { accountOf, CidrError, contains, formatAddress, parseAddress, parseCidr, type Cidr } from "./cidr.ts";
export {
  BanListFullError,
  Firewall,
  type Decision,
  type FirewallOptions,
  type FirewallStatus,
} from "./firewall.ts";
export type { Ban } from "./firewall-bans.ts";
export {
  defaultLimits,
  LimitSyntaxError,
  parseCap,
  parseRate,
  type Counts,
  type Limits,
} from "./firewall-limits.ts";
export { parseRule, parseRules, RuleError, type Rule } from "./firewall-rules.ts";
export { ProxyHeader, type ProxyEvent, type ProxyHeaderOptions } from "./proxy-header.ts";
export { readProxyHeader, type HeaderOutcome } from "./proxy-header-reader.ts";
export { formatV1 as formatProxyV1 } from "./proxy-header-v1.ts";
export { formatV2 as formatProxyV2, type HeaderV2 as ProxyHeaderV2 } from "./proxy-header-v2.ts";
export { castOf, type Cast } from "./cast.ts";
export { bindDatagrams, type DatagramOptions, type DatagramPieces } from "./datagrams.ts";
export { bindUdp, type UdpEndpoint, type UdpOptions } from "./udp.ts";
export type { GroupOptions, GroupSending } from "./udp-groups.ts";
export {
  defaultFaultLimits,
  FaultError,
  type ActiveFault,
  type Fault,
  type FaultAction,
  type FaultDirection,
  type FaultLimits,
  type FaultMatch,
} from "./fault.ts";
export { formatFault, formatOctets, parseFault, parseOctets, type OctetsJson } from "./fault-json.ts";
export { defaultInterceptLimits, Intercept, type InterceptLimits, type InterceptTime } from "./intercept.ts";
export type { Held } from "./intercept-contract.ts";
export { LibraryListener, type LibraryListenerOptions } from "./library-listener.ts";
export { showHeld } from "./library-proxies.ts";
