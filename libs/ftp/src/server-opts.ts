/** OPTS, RFC 2389 §4: of MLST (RFC 3659 §7.9), UTF8, HASH and MODE Z. */
import { factNames } from "./facts.ts";
import { parseHashAlgorithm } from "./hash.ts";
import { reply, type Reply } from "./replies.ts";
import { meaning, refused, type Meaning } from "./server-meaning.ts";
import type { FtpSettings } from "./server-settings.ts";

export function setOptions(argument: string, settings: FtpSettings, modeZ: boolean): Meaning {
  const [, word = "", , value = ""] = /^(\S+)( (.*))?$/.exec(argument.trim()) ?? [];
  switch (word.toUpperCase()) {
    case "MLST":
      return selectFacts(value);
    case "UTF8":
    case "UTF-8":
      // RFC 2640 §3.1: names are UTF-8 at all times.
      if (/^(?:on|nlst)?$/i.test(value.trim())) return said(reply(200, "Names are UTF-8"));
      return refused("OPTS", reply(504, "Names are UTF-8 and nothing else"));
    case "HASH": {
      if (value === "") return said(reply(200, settings.algorithm));
      const algorithm = parseHashAlgorithm(value.trim());
      if (algorithm === undefined)
        return refused("OPTS", reply(504, "This algorithm is not known; FEAT says which are"));
      return said(reply(200, algorithm), { algorithm });
    }
    case "MODE":
      return modeZ ? deflating(value) : none;
    default:
      return none;
  }
}

/** RFC 2389 §4: 501 for a command that has no options. */
const none = refused("OPTS", reply(501, "This command has no options"));

/** RFC 3659 §7.9: what is not known is passed over; the reply says what is left. No facts at all is a choice. */
function selectFacts(value: string): Meaning {
  const wanted = new Set(value.toLowerCase().split(";"));
  const facts = factNames.filter((name) => wanted.has(name.toLowerCase()));
  return said(reply(200, `MLST OPTS ${facts.map((name) => `${name};`).join("")}`.trimEnd()), { facts });
}

/** draft-preston-ftpext-deflate §3: `OPTS MODE Z LEVEL n`. Other words of it change how zlib works and not what is understood. */
function deflating(value: string): Meaning {
  const [, digit] = /^Z(?: LEVEL ([1-9]))?$/i.exec(value.trim()) ?? [];
  if (digit === undefined) return refused("OPTS", reply(501, "Say OPTS MODE Z LEVEL 1 to 9"));
  return said(reply(200, `MODE Z LEVEL is ${digit}`), { level: Number(digit) });
}

function said(answer: Reply, then?: Partial<FtpSettings>): Meaning {
  return meaning({ type: "said", verb: "OPTS", reply: answer }, then);
}
