/** Whom an address reaches: one machine, a group, or a whole network. */
import { networkInterfaces } from "node:os";

export type Cast = "unicast" | "multicast" | "broadcast";

/** RFC 5771 §3, RFC 4291 §2.7: groups. A broadcast address is the last one of a network of ours (RFC 919 §7). `host`: a literal. */
export function castOf(host: string): Cast {
  if (host.includes(":")) return /^ff/i.test(host) ? "multicast" : "unicast";
  const first = Number(host.split(".")[0]);
  if (first >= 224 && first <= 239) return "multicast";
  return host === "255.255.255.255" || ownNetworks().some(({ last }) => last === host)
    ? "broadcast"
    : "unicast";
}

function ownNetworks(): { last: string }[] {
  return Object.values(networkInterfaces())
    .flat()
    .flatMap((one) => {
      const [, bits = ""] = one?.cidr?.split("/") ?? [];
      if (one?.family !== "IPv4" || bits === "" || Number(bits) > 30) return [];
      const number = one.address.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);
      const size = 2 ** (32 - Number(bits));
      const last = Math.floor(number / size) * size + size - 1;
      return [{ last: [24, 16, 8, 0].map((shift) => Math.floor(last / 2 ** shift) % 256).join(".") }];
    });
}
