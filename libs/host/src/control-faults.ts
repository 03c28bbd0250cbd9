/**
 * The intercepts of a running server as resources of the control socket. A listener is named as in the ready line.
 *
 * - `/faults`: GET all, DELETE all. `/faults/{listener}`: GET, PUT a list in their place, POST one more, DELETE them.
 *   `/faults/{listener}/{id}`: DELETE one.
 * - `/held`: GET what waits for a decision. `/held/{chunk}`: GET the whole of it, POST `{}` or `{"octets": …}` to let
 *   it go as it is or changed, `{"answer": …}` to send the peer these octets instead, DELETE to discard it.
 *
 * The form of a fault: see fault-json.ts in libs/socket-core.
 *
 *     curl --unix-socket STATE/web-server.sock http://control/faults/http \
 *       --json '{"on": "out", "action": {"type": "delay", "ms": 500}}'
 */
import {
  FaultError,
  formatFault,
  formatOctets,
  type Held,
  type Intercept,
  parseFault,
  parseOctets,
} from "@socketscope/socket-core";
import { ControlProblem, type ControlRequest, type ControlResources } from "./control.ts";

/** Octets of a held chunk that the list shows. */
const PREVIEW = 1024;

export function faultResources(intercepts: Readonly<Record<string, Intercept>>): ControlResources {
  // a library engine (node:http) reads its sockets itself: then nobody obeys, and nothing can be set
  const obeyed = (): [string, Intercept][] => Object.entries(intercepts).filter(([, each]) => each.obeyed);

  const named = ({ params }: ControlRequest): Intercept => {
    const wanted = params["listener"] ?? "";
    for (const [name, intercept] of obeyed()) if (name === wanted) return intercept;
    const names = obeyed().map(([name]) => name);
    throw new ControlProblem(
      404,
      "CONTROL_NO_LISTENER",
      `no listener ${wanted} takes faults: ${names.length === 0 ? "none does with this engine" : `give ${names.join(", ")}`}`,
    );
  };

  const heldOne = ({ params }: ControlRequest): { readonly held: Held; readonly by: Intercept } => {
    const chunk = params["chunk"] ?? "";
    for (const [, by] of obeyed()) {
      const held = by.held().find((each) => String(each.chunk) === chunk);
      if (held !== undefined) return { held, by };
    }
    throw new ControlProblem(404, "CONTROL_NOT_HELD", `chunk ${chunk} is not held, or no longer`);
  };

  return {
    "/faults": {
      GET: () => Object.fromEntries(obeyed().map(([name, each]) => [name, status(each)])),
      DELETE() {
        for (const [, intercept] of obeyed()) intercept.replace([]);
      },
    },
    "/faults/{listener}": {
      GET: (request) => status(named(request)),
      async PUT(request) {
        const intercept = named(request);
        const faults = await request.json();
        if (!Array.isArray(faults)) throw new ControlProblem(400, "FAULT", "give a list of faults");
        asked(() => intercept.replace(faults.map(parseFault)));
        return status(intercept);
      },
      async POST(request) {
        const intercept = named(request);
        const fault = await request.json();
        return asked(() => formatFault(intercept.add(parseFault(fault))));
      },
      DELETE(request) {
        named(request).replace([]);
      },
    },
    "/faults/{listener}/{id}": {
      DELETE(request) {
        const id = request.params["id"] ?? "";
        if (named(request).remove(id)) return;
        throw new ControlProblem(404, "CONTROL_NO_FAULT", `there is no fault ${id}`);
      },
    },
    "/held": {
      GET: () =>
        obeyed().flatMap(([listener, intercept]) =>
          intercept.held().map((held) => ({ listener, ...heldJson(held, PREVIEW) })),
        ),
    },
    "/held/{chunk}": {
      GET: (request) => heldJson(heldOne(request).held, Infinity),
      async POST(request) {
        const { octets, answer } = await releaseOf(request);
        const { held, by } = heldOne(request);
        if (answer === undefined) by.release(held.chunk, octets);
        else by.answer(held.chunk, answer);
      },
      DELETE(request) {
        const { held, by } = heldOne(request);
        by.discard(held.chunk);
      },
    },
  };
}

function status(intercept: Intercept): object {
  return {
    faults: intercept.faults.map(formatFault),
    waitingOctets: intercept.waiting,
    limits: intercept.limits,
  };
}

function heldJson({ before, after, ...held }: Held, show: number): object {
  return {
    ...held,
    beforeLength: before.length,
    before: formatOctets(before.subarray(0, show)),
    afterLength: after.length,
    after: formatOctets(after.subarray(0, show)),
  };
}

interface Release {
  readonly octets?: Uint8Array;
  readonly answer?: Uint8Array;
}

async function releaseOf(request: ControlRequest): Promise<Release> {
  const given = await request.json();
  const names = typeof given === "object" && given !== null ? Object.keys(given) : ["none"];
  if (
    typeof given !== "object" ||
    given === null ||
    names.length > 1 ||
    !names.every((name) => name === "octets" || name === "answer")
  )
    throw new ControlProblem(400, "CONTROL_VALUE", 'give {}, {"octets": …} or {"answer": …}');
  return {
    ...("octets" in given && { octets: asked(() => parseOctets("octets", given.octets)) }),
    ...("answer" in given && { answer: asked(() => parseOctets("answer", given.answer)) }),
  };
}

/** What cannot be set, as an answer. */
function asked<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof FaultError)
      throw new ControlProblem(400, error.code, error.message, { cause: error });
    throw error;
  }
}
