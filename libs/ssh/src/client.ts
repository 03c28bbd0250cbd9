/** An SSH client's connection, for SFTP over it: the transport is the ssh2 library's, the socket below and the stream above are ours. */
import {
  DuplexOverStream,
  nextFlowId,
  StreamOverDuplex,
  TapPoint,
  type Stream,
} from "@socketscope/socket-core";
import ssh2, { type ClientChannel, type ConnectConfig } from "ssh2";
import { SshError } from "./errors.ts";
import { fingerprintOf } from "./host-key.ts";

export interface ServerKey {
  /** `ssh-ed25519` and its like. */
  readonly type: string;
  readonly octets: Uint8Array;
  /** `SHA256:…` */
  readonly fingerprint: string;
}

export interface SshConnectOptions {
  readonly user: string;
  readonly password?: string | undefined;
  /** In OpenSSH's or PEM format. */
  readonly privateKey?: string | undefined;
  readonly passphrase?: string | undefined;
  /** Path of an agent's socket (SSH_AUTH_SOCK). */
  readonly agent?: string | undefined;
  /** Whether this is the server that is meant. There is no default: a key that nobody looks at proves nothing. */
  readonly trust: (key: ServerKey) => boolean | Promise<boolean>;
  /** Milliseconds for handshake and login. Default 20 s. */
  readonly timeout?: number;
  /** Milliseconds of silence after which the server is asked whether it is there. Default 30 s. */
  readonly keepaliveMs?: number;
  /** Sees the channels' plaintext. */
  readonly tap?: TapPoint;
}

export interface SshConnection {
  /** A channel for the subsystem "sftp". Rejects with SshError "CHANNEL". */
  openSftp(): Promise<Stream>;
  end(): void;
}

/** Logs in over a stream that has just been connected. Rejects with {@link SshError}; the stream is closed then. */
export function connectSsh(stream: Stream, options: SshConnectOptions): Promise<SshConnection> {
  const client = new ssh2.Client();
  const channels = new Set<StreamOverDuplex>();
  let untrusted = false;
  const duplex = new DuplexOverStream(stream, {
    late: () => stream.destroy("timeout"),
    finish: () => client.end(),
    room: () => {
      for (const channel of channels) channel.room();
    },
    closed: () => {
      for (const channel of channels) channel.destroy("parent");
    },
  });
  return new Promise((resolve, reject) => {
    const fail = (error: Error & { readonly level?: string }): void => {
      stream.destroy("io");
      reject(asSshError(error, untrusted));
    };
    client.once("ready", () => {
      resolve({
        openSftp: () => open(client, duplex, channels, options.tap ?? new TapPoint()),
        end: () => void client.end(),
      });
    });
    client.on("error", fail);
    client.once("close", () => fail(new SshError("CONNECTION", "the server closed the connection")));
    client.connect({
      ...credentialsOf(options),
      sock: duplex,
      readyTimeout: options.timeout ?? 20_000,
      keepaliveInterval: options.keepaliveMs ?? 30_000,
      keepaliveCountMax: 3,
      hostVerifier: (octets: Buffer, verify: (valid: boolean) => void) => {
        void judge(options.trust, octets).then((trusted) => {
          untrusted = !trusted;
          return verify(trusted);
        });
      },
    });
  });
}

function credentialsOf({ user, password, privateKey, passphrase, agent }: SshConnectOptions): ConnectConfig {
  return {
    username: user,
    // Servers that ask their user for each answer want the password as well (RFC 4256).
    ...(password !== undefined && { password, tryKeyboard: false }),
    ...(privateKey !== undefined && { privateKey }),
    ...(passphrase !== undefined && { passphrase }),
    ...(agent !== undefined && { agent }),
  };
}

/** Never rejects: a question that fails is a no. */
async function judge(trust: SshConnectOptions["trust"], octets: Buffer): Promise<boolean> {
  // RFC 4253 §6.6: a key's octets begin with its type, as a string.
  const type = octets.subarray(4, 4 + octets.readUInt32BE(0)).toString("latin1");
  try {
    return await trust({ type, octets, fingerprint: fingerprintOf(octets) });
  } catch {
    return false;
  }
}

function open(
  client: ssh2.Client,
  duplex: DuplexOverStream,
  channels: Set<StreamOverDuplex>,
  tap: TapPoint,
): Promise<Stream> {
  return new Promise((resolve, reject) => {
    client.subsys("sftp", (error, channel: ClientChannel) => {
      if (error !== undefined) {
        reject(new SshError("CHANNEL", `the server does no SFTP: ${error.message}`, { cause: error }));
        return;
      }
      const { local, remote, id: parent } = duplex.stream.flow;
      const stream = new StreamOverDuplex(channel, {
        flow: { id: nextFlowId(), transport: "tcp", local, remote, parent },
        protocol: "sftp",
        tap,
        below: duplex,
      });
      // What a server's login script has to say beside SFTP nobody reads; unread it would hold up the channel.
      channel.stderr.resume();
      channels.add(stream);
      channel.once("close", () => channels.delete(stream));
      resolve(stream);
    });
  });
}

function asSshError(error: Error & { readonly level?: string }, untrusted: boolean): SshError {
  if (error instanceof SshError) return error;
  const { message, level } = error;
  if (untrusted) return new SshError("HOST_KEY", "this is not the server that is meant", { cause: error });
  if (level === "client-authentication")
    return new SshError("LOGIN", "name, password or key is wrong", { cause: error });
  if (level === "protocol" || level === "handshake")
    return new SshError("HANDSHAKE", message, { cause: error });
  return new SshError("CONNECTION", message, { cause: error });
}
