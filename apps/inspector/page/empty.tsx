/** Nothing on the wire yet: a command for each protocol, made of the addresses that really listen. */
import { useSignal } from "@preact/signals";
import { CopyButton } from "./copy.tsx";
import { LessonStrip } from "./lesson.tsx";
import { lftp } from "./commands.ts";
import { changed, sources, trust } from "./state.ts";

interface Card {
  readonly hue: string;
  readonly name: string;
  readonly help: string;
  readonly common: string;
  readonly ours: string;
}

export function Empty() {
  changed();
  const ours = useSignal(false);
  const cards = cardsOf();
  const ports = [...sources.values()].reduce((sum, { listeners }) => sum + listeners.length, 0);
  return (
    <main class="talk">
      <LessonStrip />
      <div class="empty">
        <header>
          <div>
            <h2>Nothing on the wire yet</h2>
            <p>
              {cards.length === 0
                ? "No server runs on this state folder yet. Start one in a terminal; it attaches by itself."
                : "Run one of these in a terminal. The conversation appears here as it happens."}
            </p>
          </div>
          <div class="seg" role="group" aria-label="Which tools">
            <button type="button" aria-pressed={!ours.value} onClick={() => (ours.value = false)}>
              Common tools
            </button>
            <button type="button" aria-pressed={ours.value} onClick={() => (ours.value = true)}>
              Our clients
            </button>
          </div>
        </header>
        <div class="cards">
          {cards.length === 0 && (
            <CardOf hue="http" name="Web" help="A server to begin with." command="npx nx serve web-server" />
          )}
          {cards.map(({ hue, name, help, common, ours: own }) => (
            <CardOf key={name} hue={hue} name={name} help={help} command={ours.value ? own : common} />
          ))}
        </div>
        <div class="wait">
          <i aria-hidden="true" />
          <span>
            Listening at {ports} addresses. A browser, a mail program or VLC works just as well: point it at a
            port on the left.
          </span>
        </div>
      </div>
    </main>
  );
}

function CardOf({
  hue,
  name,
  help,
  command,
}: {
  readonly hue: string;
  readonly name: string;
  readonly help: string;
  readonly command: string;
}) {
  return (
    <section class="card" style={{ "--c": `var(--${hue})` }} aria-label={name}>
      <h3>
        {name} <span>{help}</span>
      </h3>
      <div class="cmd">
        <code tabIndex={0}>{command}</code>
        <CopyButton label="Copy" text={command} />
      </div>
    </section>
  );
}

function cardsOf(): readonly Card[] {
  const at = (app: string, name: string): string | undefined =>
    [...sources.values()]
      .filter((source) => source.app === app && source.connected)
      .flatMap(({ listeners }) => listeners)
      .find((listener) => listener.name === name)
      ?.url.replace(/\/$/, "");
  const bare = (url: string): string => url.replace(/^\w+:\/\//, "");
  const web = at("web-server", "http");
  const smtp = at("mail-relay", "smtp");
  const ftp = at("file-transfer", "ftp");
  const video = at("video-streamer", "http");
  return [
    ...(web === undefined
      ? []
      : [
          {
            hue: "http",
            name: "Web",
            help: "Ask for a page. The answer starts with three digits.",
            common: `curl -v ${web}/`,
            ours: `npx web-client -v ${web}/`,
          },
        ]),
    ...(smtp === undefined
      ? []
      : [
          {
            hue: "smtp",
            name: "Mail",
            help: "Send Bob a letter. It stays on this machine.",
            common: `swaks --server ${bare(smtp)} --from alice@lab.example --to bob@lab.example`,
            ours: `npx mail-client send --server ${bare(smtp)} --from alice@lab.example --to bob@lab.example --text hello`,
          },
        ]),
    ...(ftp === undefined
      ? []
      : [
          {
            hue: "ftp",
            name: "Files",
            help: "List a folder over two connections. The server printed the password.",
            common: lftp(ftp, "demo", trust.value),
            ours: `npx file-client ls ${ftp.replace("://", "://demo@")}/`,
          },
        ]),
    ...(video === undefined
      ? []
      : [
          {
            hue: "video",
            name: "Video",
            help: "Play a film in small pieces, a few seconds each.",
            common: `mpv ${video}/vod/sample/master.m3u8`,
            ours: `npx video-client ${video}/vod/sample/master.m3u8`,
          },
        ]),
  ];
}
