/** From options to a running server: state folder, firewall, films, listener, control socket. */
import { stat } from "node:fs/promises";
import {
  describeError,
  enterService,
  Listeners,
  onPremises,
  openFirewall,
  readCertificate,
  UsageError,
  type Environs,
  type Log,
  type Ready,
  type Running,
  type Service,
} from "@socketscope/host";
import { Intercept, listenTcp, TapPoint, type TlsServerOptions } from "@socketscope/socket-core";
import type { Engine } from "@socketscope/web/engine";
import { Recorder } from "./ingest/recording.ts";
import { RTMP_INGEST_LIMITS, serveRtmp } from "./ingest/rtmp-ingest.ts";
import type { ChannelSource } from "./live/channels.ts";
import type { EngineName, VideoStreamerOptions } from "./options.ts";
import { SAMPLE_FOLDER } from "./sample-folder.ts";
import { Studio } from "./studio.ts";

export const APP = "video-streamer";
export const VERSION = "0.1.0";

export async function startVideoStreamer(
  options: VideoStreamerOptions,
  { log }: Environs,
  engines: Readonly<Record<EngineName, Engine>>,
): Promise<Running> {
  await check(options);
  return onPremises(options.state, APP, async (premises) => {
    const firewall = await openFirewall(options);
    const failed = (error: unknown): void => log.error(`a request failed: ${describeError(error)}`);
    const studio = new Studio({
      ...options,
      channels: channelsOf(options),
      ingest: { bitRate: options.maxIngest },
      ...(options.record !== undefined && { recorder: recorderInto(options.record, log) }),
    });
    const tap = new TapPoint();
    const intercepts = { http: new Intercept(), rtmp: new Intercept() };
    const maxConnections =
      options.maxConnections === "off" ? Number.MAX_SAFE_INTEGER : options.maxConnections;
    const tls = await certificate(options);
    const http: Service = {
      name: "http",
      scheme: tls === undefined ? "http" : "https",
      port: options.port,
      option: "--port N",
      secure: tls !== undefined,
      listen: (host, port) =>
        engines[options.engine]({
          host,
          port,
          handler: studio.handler,
          tls,
          tap,
          intercept: intercepts.http,
          admission: firewall,
          proxyFrom: options.proxyFrom,
          idle: options.idle,
          writeStall: options.writeTimeout,
          maxConnections,
          onError: failed,
        }),
    };
    const rtmp: Service = {
      name: "rtmp",
      scheme: "rtmp",
      port: options.rtmpPort,
      option: "--rtmp-port N",
      secure: false,
      listen: (host, port) =>
        listenTcp(
          {
            host,
            port,
            protocol: "rtmp",
            tap,
            intercept: intercepts.rtmp,
            admission: firewall,
            ...(options.proxyFrom.length > 0 && { proxyFrom: options.proxyFrom }),
            maxConnections,
          },
          (stream) => serveRtmp(stream, studio.desk, RTMP_INGEST_LIMITS, failed),
        ),
    };
    const listeners = await Listeners.open([http, rtmp], options.hosts, log);
    const casts = await studio
      .cast(options.casts, tap, (why) => log.warn(`datagrams: ${why}`))
      .catch(async (error: unknown) => {
        await listeners.drain(0);
        throw error;
      });
    const ready: Ready = {
      app: APP,
      version: VERSION,
      engine: options.engine,
      state: premises.state.path,
      listeners: [...listeners.urls, ...casts.urls],
      hints: [
        options.media === SAMPLE_FOLDER
          ? "Showing the sample film; --media DIR shows yours"
          : `Showing the films in ${options.media}`,
      ],
    };
    return enterService({
      premises,
      options,
      log,
      ready,
      listeners,
      taps: [tap],
      firewall,
      intercepts,
      status: () => ({ films: studio.films }),
      certificate: () => certificate(options),
      async drain(ms) {
        const cut = await listeners.drain(ms);
        await studio.close();
        return cut;
      },
    });
  });
}

/** The channel `demo` is there as long as nobody says what to show. */
function channelsOf({ media, channels }: VideoStreamerOptions): readonly ChannelSource[] {
  const names = new Set(channels.map(({ name }) => name));
  if (names.size < channels.length)
    throw new UsageError("USAGE_BAD_VALUE", "--live: two channels have the same name");
  return media === SAMPLE_FOLDER && !names.has("demo")
    ? [{ name: "demo", path: SAMPLE_FOLDER }, ...channels]
    : channels;
}

function recorderInto(folder: string, log: Log): Recorder {
  const failed = (name: string, error: unknown): void =>
    log.error(`the recording of ${name} has stopped: ${describeError(error)}`);
  return new Recorder({ folder, failed });
}

async function certificate({ tls }: VideoStreamerOptions): Promise<TlsServerOptions | undefined> {
  return tls === undefined ? undefined : readCertificate(tls);
}

async function check({ media, channels, port, record }: VideoStreamerOptions): Promise<void> {
  // What is published by RTMP is watched by HTTP.
  if (port === "off") throw new UsageError("USAGE_BAD_VALUE", "--port off: nothing is left to listen on");
  const stats = await stat(media).catch(() => undefined);
  if (stats?.isDirectory() !== true)
    throw new UsageError("USAGE_BAD_VALUE", `--media: there is no folder ${media}`);
  if (record !== undefined && (await stat(record).catch(() => undefined))?.isDirectory() !== true)
    throw new UsageError("USAGE_BAD_VALUE", `--record: there is no folder ${record}`);
  for (const { path } of channels)
    if ((await stat(path).catch(() => undefined)) === undefined)
      throw new UsageError("USAGE_BAD_VALUE", `--live: there is no file or folder ${path}`);
}
