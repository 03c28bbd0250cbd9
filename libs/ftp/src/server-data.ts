/** Commands that say how data travels, and those that make it travel: RFC 959 §4.1.2, §4.1.3, RFC 2428, RFC 3659 §5. */
import type { TransferVerb } from "./commands.ts";
import { isIpv4, parseEprt, parseListArgument, parsePort, type DataAddress } from "./grammar.ts";
import { reply } from "./replies.ts";
import type { Standing } from "./server-command.ts";
import { meaning, refused, type Meaning } from "./server-meaning.ts";
import type { FtpSettings } from "./server-settings.ts";

export type DataVerb = "PORT" | "EPRT" | "PASV" | "EPSV" | "TYPE" | "STRU" | "MODE" | "REST" | "ALLO";

export function dataCommand(verb: DataVerb, argument: string, at: Standing): Meaning {
  switch (verb) {
    case "PORT":
    case "EPRT":
    case "PASV":
    case "EPSV":
      return connection(verb, argument, at);
    case "TYPE":
    case "STRU":
    case "MODE":
      return form(verb, argument.trim().toUpperCase(), at);
    case "REST":
      // RFC 3659 §5.3: octets of the stream; RFC 959's markers of other modes are not known here.
      if (!/^\d{1,15}$/.test(argument.trim()))
        return refused(verb, reply(501, "Say REST and a number of octets"));
      return meaning(
        { type: "said", verb, reply: reply(350, `The next transfer begins at octet ${Number(argument)}`) },
        { offset: Number(argument) },
      );
    case "ALLO": {
      // RFC 959 §4.1.3: a record or page size may follow; there are none here.
      const [, digits] = /^(\d{1,15})(?: R \d{1,15})?$/i.exec(argument.trim()) ?? [];
      if (digits === undefined) return refused(verb, reply(501, "Say ALLO and a number of octets"));
      const octets = Number(digits);
      return meaning({ type: "allocate", octets, reply: reply(200, "There is room") }, { allocated: octets });
    }
  }
}

function connection(verb: "PORT" | "EPRT" | "PASV" | "EPSV", argument: string, at: Standing): Meaning {
  const { onlyEpsv } = at.settings;
  // RFC 2428 §4: after EPSV ALL every other way is refused.
  if (onlyEpsv && verb !== "EPSV") return refused(verb, reply(503, "You said EPSV ALL"));
  switch (verb) {
    case "PASV":
      if (at.family === 6) return refused(verb, family(at));
      return meaning({ type: "passive", by: "PASV" }, { prepared: "passive" });
    case "EPSV":
      return extendedPassive(argument.trim(), at);
    case "PORT": {
      const target = parsePort(argument.trim());
      return target === undefined
        ? refused(verb, reply(501, "Say PORT h1,h2,h3,h4,p1,p2"))
        : active(target, at);
    }
    case "EPRT": {
      const target = parseEprt(argument.trim());
      if (target === undefined) return refused(verb, reply(501, "Say EPRT |family|address|port|"));
      return target === "family" ? refused(verb, family(at)) : active(target, at);
    }
  }
}

function extendedPassive(argument: string, at: Standing): Meaning {
  if (/^all$/i.test(argument))
    return meaning(
      { type: "said", verb: "EPSV", reply: reply(200, "EPSV and nothing else") },
      { onlyEpsv: true },
    );
  if (!/^\d{0,5}$/.test(argument)) return refused("EPSV", reply(501, "Say EPSV, EPSV 1, EPSV 2 or EPSV ALL"));
  // RFC 2428 §3: the network protocol of the control connection, unless another is asked for.
  if (argument !== "" && Number(argument) !== (at.family === 4 ? 1 : 2)) return refused("EPSV", family(at));
  return meaning({ type: "passive", by: "EPSV" }, { prepared: "passive" });
}

function active(target: DataAddress, at: Standing): Meaning {
  if (isIpv4(target.host) !== (at.family === 4)) return refused("EPRT", family(at));
  if (target.port === 0) return refused("PORT", reply(501, "There is no port 0"));
  const { host, port } = target;
  return meaning(
    { type: "active", host, port, reply: reply(200, "I shall connect there") },
    { prepared: "active" },
  );
}

/** RFC 2428 §2: 522 names what is supported in parentheses. */
function family({ family }: Standing) {
  return reply(522, `Network protocol not supported, use (${family === 4 ? 1 : 2})`);
}

/** RFC 1123 §4.1.2.13 asks for A N, I and L 8, F, S. */
function form(verb: "TYPE" | "STRU" | "MODE", argument: string, { modeZ }: Standing): Meaning {
  if (argument === "") return refused(verb, reply(501, `Say ${verb} and a code`));
  const taken = { TYPE: /^(?:A(?: N)?|I|L 8)$/, STRU: /^F$/, MODE: modeZ ? /^[SZ]$/ : /^S$/ }[verb];
  const known = { TYPE: /^(?:[AE](?: [NTC])?|I|L \d+)$/, STRU: /^[FRP]$/, MODE: /^[SBCZ]$/ }[verb];
  if (!known.test(argument)) return refused(verb, reply(501, `There is no such ${verb}`));
  if (!taken.test(argument)) return refused(verb, reply(504, `${verb} ${argument} is not carried out here`));
  const answer = reply(200, `${verb} is ${argument}`);
  return meaning({ type: "said", verb, reply: answer }, setBy(verb, argument));
}

function setBy(verb: "TYPE" | "STRU" | "MODE", argument: string): Partial<FtpSettings> {
  switch (verb) {
    case "TYPE":
      return { representation: argument.startsWith("A") ? "A" : "I" };
    case "STRU":
      return {};
    case "MODE":
      return { mode: argument === "Z" ? "Z" : "S" };
  }
}

export function transferCommand(verb: TransferVerb, argument: string, at: Standing): Meaning {
  // RFC 1123 §4.1.2.5: whoever wants data says where; the default port of RFC 959 §3.2 would be another's bounce.
  if (at.settings.prepared === undefined)
    return refused(verb, reply(425, "Say EPSV, PASV, EPRT or PORT first"));
  return meaning(transferEvent(verb, argument, at.settings));
}

function transferEvent(verb: TransferVerb, argument: string, settings: FtpSettings): Meaning["event"] {
  const { offset, allocated: allocate, representation, facts } = settings;
  const path = argument === "" ? undefined : argument;
  const deflate = settings.mode === "Z" ? settings.level : undefined;
  switch (verb) {
    case "RETR":
      return { type: "retrieve", path: argument, offset, representation, deflate };
    case "STOR":
      return { type: "store", how: "replace", path, offset, representation, allocate, deflate };
    case "APPE":
      return { type: "store", how: "append", path, offset: 0, representation, allocate, deflate };
    case "STOU":
      return { type: "store", how: "unique", path, offset: 0, representation, allocate, deflate };
    case "LIST":
    case "NLST":
      return { type: "list", by: verb, ...parseListArgument(argument), argument, facts, deflate };
    case "MLSD":
      return { type: "list", by: verb, flags: "", path, argument, facts, deflate };
  }
}
