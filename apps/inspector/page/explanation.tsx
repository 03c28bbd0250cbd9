/** The right: the chosen message piece by piece, its octets, what may follow, who handles it, and how to say it oneself. */
import { batch, useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { DetailView, LinkView, MessageView, SocketView } from "../src/views.ts";
import { commandsFor } from "./commands.ts";
import { Again, AgainNote, canSayAgain } from "./again.tsx";
import { CopyButton } from "./copy.tsx";
import { hexOf, HexTable } from "./hex.tsx";
import {
  EVERYTHING,
  messagesOf,
  rowId,
  selectedMessage,
  selectedSocket,
  sockets,
  takesPart,
  changed,
  trust,
} from "./state.ts";
import { clauseAddress, milliseconds, octets, sizeOf } from "./words.ts";

/** Octets of a part shown as text. */
const SHOWN_TEXT = 96;
/** Octets of a message shown in hex. */
const SHOWN_HEX = 512;

export function Explanation() {
  changed();
  const key = selectedSocket.value ?? EVERYTHING;
  const id = selectedMessage.value;
  const message = id === undefined ? undefined : messagesOf(key).find((row) => rowId(row) === id);
  const socket = message === undefined ? undefined : sockets.get(message.socket);
  return (
    <aside class="why" aria-label="Explanation" tabIndex={0}>
      {message === undefined || socket === undefined ? (
        <HowToRead />
      ) : (
        <Detail message={message} socket={socket} />
      )}
    </aside>
  );
}

function Detail({ message, socket }: { readonly message: MessageView; readonly socket: SocketView }) {
  const detail = useSignal<DetailView | undefined>(undefined);
  const { key } = socket;
  const { id } = message;
  useEffect(() => {
    const stop = new AbortController();
    detail.value = undefined;
    const ask = async (): Promise<void> => {
      const response = await fetch(`/api/sockets/${key}/messages/${id}`, { signal: stop.signal });
      if (response.ok) detail.value = await response.json();
    };
    // Nobody waits for it any more, or the inspector is away: the list says so.
    ask().catch(() => undefined);
    return () => stop.abort();
  }, [key, id]);
  const known = detail.value;
  return (
    <div class="in">
      <section>
        <h2>{message.said}</h2>
        <p>{message.means}</p>
        {message.problem !== undefined && (
          <p class={message.fault ? "problem" : "unread"}>{message.problem}</p>
        )}
        <Links message={message} socket={socket} namedBy={known?.namedBy} />
        {known?.handledBy !== undefined && (
          <p class="src" title="The line of our code that carries out this clause">
            <svg viewBox="0 0 16 16" fill="none" stroke="currentColor" stroke-width="1.5" aria-hidden="true">
              <path d="M5.5 4 1.8 8l3.7 4M10.5 4l3.7 4-3.7 4" />
            </svg>
            Handled by{" "}
            <code>
              {known.handledBy.file}:{known.handledBy.line}
            </code>
          </p>
        )}
      </section>
      {known !== undefined && known.parts.length > 0 && <Parts detail={known} />}
      <Layers message={message} socket={socket} />
      {known !== undefined && known.octets !== "" && <Hex detail={known} />}
      {known !== undefined && known.follows.length > 0 && (
        <section>
          <h3>What may follow</h3>
          <div class="next">
            {known.follows.map((word) => (
              <span key={word}>{word}</span>
            ))}
          </div>
        </section>
      )}
      <Yourself message={message} socket={socket} />
    </div>
  );
}

function Links({
  message,
  socket,
  namedBy,
}: {
  readonly message: MessageView;
  readonly socket: SocketView;
  readonly namedBy: LinkView | undefined;
}) {
  changed();
  const { source, answers, at } = message;
  const rows = messagesOf(socket.key);
  const question = answers === undefined ? undefined : rows.find(({ id }) => id === answers);
  const answer = rows.find((row) => row.answers === message.id);
  const address = source === undefined ? undefined : clauseAddress(source);
  const go = (row: MessageView) => () => (selectedMessage.value = rowId(row));
  return (
    <p class="links">
      {source !== undefined &&
        (address === undefined ? (
          <span>{source}</span>
        ) : (
          <a href={address} rel="noreferrer" target="_blank">
            {source}
          </a>
        ))}
      {question !== undefined && (
        <span>
          {" · answers "}
          <button type="button" class="as-link" onClick={go(question)}>
            {short(question.said)}
          </button>{" "}
          after {milliseconds(at - question.at)}
        </span>
      )}
      {answer !== undefined && (
        <span>
          {" · answered by "}
          <button type="button" class="as-link" onClick={go(answer)}>
            {short(answer.said)}
          </button>{" "}
          {milliseconds(answer.at - at)} later
        </span>
      )}
      {namedBy !== undefined && (
        <span>
          {" · named by "}
          <Elsewhere link={namedBy} /> {milliseconds(at - namedBy.at)} before
        </span>
      )}
    </p>
  );
}

/** To a message that may be in another socket. */
function Elsewhere({ link }: { readonly link: LinkView }) {
  const go = (): void =>
    batch(() => {
      if (selectedSocket.value !== EVERYTHING) selectedSocket.value = link.socket;
      const row = messagesOf(link.socket).find(({ id }) => id === link.id);
      if (row !== undefined) selectedMessage.value = rowId(row);
    });
  return (
    <button type="button" class="as-link" onClick={go}>
      {link.said}
    </button>
  );
}

/** Of a name in a playlist: the requests for what it names. */
function AskedFor({ links, at }: { readonly links: readonly LinkView[]; readonly at: number }) {
  return (
    <dd class="asked">
      {links.map((link) => (
        <span key={`${link.socket} ${link.id}`}>
          <Elsewhere link={link} /> in socket {link.socket},{" "}
          {link.at < at ? `${milliseconds(at - link.at)} before` : `${milliseconds(link.at - at)} later`}
        </span>
      ))}
    </dd>
  );
}

function short(text: string): string {
  return text.length > 32 ? `${text.slice(0, 31)}…` : text;
}

/** Hues by turns: the same in the words and in the hex. */
export function hueOf(index: number): string {
  return `h${(index % 4) + 1}`;
}

function Parts({ detail }: { readonly detail: DetailView }) {
  const { octets: all } = hexOf(detail.octets);
  const { from, at } = detail.message;
  return (
    <section>
      <h3>Read it piece by piece</h3>
      <dl class="pieces">
        {detail.parts.map(({ name, from: begin, to, means, source, text: said, links }, index) => {
          const text = said ?? textOf(all.subarray(begin - from, Math.min(to, begin + SHOWN_TEXT) - from));
          // A blank between words needs no line of its own.
          if (text.trim() === "" && text !== "" && !text.includes("\n")) return undefined;
          return (
            <div key={index}>
              <dt>
                {text === "\r\n" ? (
                  <kbd class={hueOf(index)}>CR LF</kbd>
                ) : (
                  <code class={hueOf(index)}>
                    {text === "" ? `${to - begin} octets` : text.replace(/\r\n$/, "")}
                  </code>
                )}
                {text !== "\r\n" && text.endsWith("\r\n") && <kbd>CR LF</kbd>}
                <small>{name}</small>
              </dt>
              {means !== "" && means !== detail.message.means && (
                <dd>
                  {means} {source !== undefined && <span class="rfc">{source}</span>}
                </dd>
              )}
              {links !== undefined && <AskedFor links={links} at={at} />}
            </div>
          );
        })}
      </dl>
    </section>
  );
}

function textOf(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) {
    const shown = (byte >= 0x20 && byte < 0x7f) || byte === 0x0d || byte === 0x0a;
    text += shown ? String.fromCharCode(byte) : "·";
  }
  return text;
}

function Layers({ message, socket }: { readonly message: MessageView; readonly socket: SocketView }) {
  if (message.who === "both") return null;
  const { from, to, kind, protocol } = message;
  return (
    <section>
      <h3>Same bytes, layer by layer</h3>
      <div class="stack">
        <div>
          <b>Socket</b> {socket.transport} number {socket.key}
          <span class="m">{message.direction === "in" ? "read" : "written"}</span>
        </div>
        <div>
          <b>Bytes</b> {from.toLocaleString("en")} to {to.toLocaleString("en")}
          <span class="m">{octets(sizeOf(message))}</span>
        </div>
        {socket.tls !== undefined && (
          <div>
            <b>TLS</b> {socket.tls.protocol.replace("TLSv", "")}
            {socket.cleared === true && ", until it was ended"}
            <span class="m">{socket.tls.cipher}</span>
          </div>
        )}
        <div class="last">
          <b>{protocol.toUpperCase()}</b> {kind}
        </div>
      </div>
    </section>
  );
}

function Hex({ detail }: { readonly detail: DetailView }) {
  const { octets: bytes } = hexOf(detail.octets);
  const { from, to } = detail.message;
  return (
    <section>
      <h3>
        Bytes <span>· in clear, secrets masked · colours as above</span>
      </h3>
      <HexTable
        bytes={bytes.subarray(0, SHOWN_HEX)}
        from={from}
        hue={(offset) => {
          const index = detail.parts.findIndex((part) => offset >= part.from && offset < part.to);
          return index < 0 ? "" : hueOf(index);
        }}
      />
      {to - from > SHOWN_HEX && <p class="sub">{octets(to - from - SHOWN_HEX)} more in the view “Bytes”</p>}
    </section>
  );
}

function Yourself({ message, socket }: { readonly message: MessageView; readonly socket: SocketView }) {
  changed();
  const commands = commandsFor(message, socket, messagesOf(socket.key), trust.value);
  return (
    <section>
      <h3>Do it yourself</h3>
      <div class="acts">
        {commands.map(({ label, command }) => (
          <CopyButton key={label} label={label} text={command} />
        ))}
        <CopyButton label="Link" text={location.href} />
        {takesPart.value && canSayAgain(message, socket) && <Again message={message} />}
      </div>
      <AgainNote message={message} />
    </section>
  );
}

function HowToRead() {
  return (
    <div class="in">
      <section>
        <h2>What a socket is</h2>
        <p>
          One end of a conversation. Four values name a TCP connection, so one server port can serve many
          clients at once.
        </p>
        <div class="four">
          <div class="h3">
            127.0.0.1<small>client address</small>
          </div>
          <span>⇄</span>
          <div class="h2">
            127.0.0.1<small>server address</small>
          </div>
          <div class="h3">
            51724<small>client port</small>
          </div>
          <div class="h2">
            2525<small>server port</small>
          </div>
        </div>
        <p class="sub">An example.</p>
      </section>
      <section>
        <h3>What you see</h3>
        <ol class="steps">
          <li>
            <b>1</b>
            <span>A line on the left for each connection, with its state.</span>
          </li>
          <li>
            <b>2</b>
            <span>In the middle who said what, message by message. Choose one.</span>
          </li>
          <li>
            <b>3</b>
            <span>Here: why, which clause of which RFC, and which line of our code did it.</span>
          </li>
          <li>
            <b>4</b>
            <span>Along the bottom: when, and how much.</span>
          </li>
        </ol>
      </section>
      <section>
        <h3>What this page knows</h3>
        <p>
          Our programs report what they read and write: octets, chunks, times. Anything worked out from that
          is marked <span class="drv">derived</span>.
        </p>
        <p class="sub">
          TCP's own packets stay inside the system. To see those, run a packet capture beside it.
        </p>
      </section>
    </div>
  );
}
