/** Numbers and places as people read them. */
import type { Address, Flow } from "@socketscope/socket-core";
import { octets } from "@socketscope/page";

export function endpoint({ host, port }: Address): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}

/** Client first, as the picture has it. */
export function ends({ local, remote }: Flow): { readonly client: string; readonly server: string } {
  return { client: endpoint(remote), server: endpoint(local) };
}

/** 900 → "0.9 s", 75,000 → "1 min 15 s", 7,260,000 → "2 h 1 min". */
export function lasting(ms: number): string {
  const seconds = ms / 1000;
  if (seconds < 10)
    return seconds < 0.1 ? (ms < 1 ? "under 1 ms" : `${Math.round(ms)} ms`) : `${seconds.toFixed(1)} s`;
  if (seconds < 60) return `${Math.floor(seconds)} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${Math.floor(seconds % 60)} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** Of octets a second. */
export function speed(rate: number): string {
  return `${octets(Math.round(rate))}/s`;
}

/** "14:03:07", UTC. */
export function clock(at: number): string {
  return new Date(at).toISOString().slice(11, 19);
}

/** "2026-11-28 14:03", UTC. */
export function date(at: number): string {
  return new Date(at).toISOString().slice(0, 16).replace("T", " ");
}
