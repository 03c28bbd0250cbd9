/** "Send again": the inspector says to the server what the client had said, up to the chosen message, and shows the new socket. */
import { signal } from "@preact/signals";
import type { AgainView, MessageView, SocketView } from "../src/views.ts";
import { select } from "./sockets.tsx";
import { changed, sockets } from "./state.ts";
import { octets } from "./words.ts";

interface Try {
  readonly socket: number;
  readonly message: number;
  /** Undefined: it runs. */
  readonly came?: AgainView | string;
}

const last = signal<Try | undefined>(undefined);

/** Where our program was the server, and the connection can be opened anew. */
export function canSayAgain({ who, direction }: MessageView, { transport }: SocketView): boolean {
  return transport === "tcp" && who !== "both" && (who === "client") === (direction === "in");
}

export function Again({ message: { socket, id, protocol } }: { readonly message: MessageView }) {
  const runs = last.value !== undefined && last.value.came === undefined;
  return (
    <button
      type="button"
      disabled={runs}
      title={
        protocol === "http"
          ? "The inspector sends this request to the server, on a connection of its own"
          : "The inspector says to the server what the client had said up to here, on a connection of its own"
      }
      onClick={() => void sendAgain(socket, id)}
    >
      {runs ? "Sending…" : "Send again"}
    </button>
  );
}

/** What came of it, and the way to the socket on which it was said. */
export function AgainNote({ message: { socket, id } }: { readonly message: MessageView }) {
  changed();
  const tried = last.value;
  if (tried?.came === undefined || tried.socket !== socket || tried.message !== id) return null;
  const { came } = tried;
  if (typeof came === "string") return <p class="problem">Not sent: {came}.</p>;
  const fresh = [...sockets.values()].findLast(({ remote }) => remote.port === came.port);
  return (
    <p class="sub again" role="status">
      Sent again: {octets(came.sent)}
      {came.answered
        ? ", and answered."
        : ` ${came.all ? "without an answer" : "and not the rest"} (${came.reason}).`}{" "}
      {fresh !== undefined && (
        <button type="button" class="as-link" onClick={() => select(fresh.key)}>
          To the new socket
        </button>
      )}
    </p>
  );
}

async function sendAgain(socket: number, message: number): Promise<void> {
  last.value = { socket, message };
  try {
    const response = await fetch(`/api/sockets/${socket}/messages/${message}/again`, { method: "POST" });
    const answer: AgainView & { readonly detail?: string } = await response.json();
    last.value = { socket, message, came: response.ok ? answer : (answer.detail ?? String(response.status)) };
  } catch {
    last.value = { socket, message, came: "the inspector does not answer" };
  }
}
