/** Every state of the pages that this server makes itself, on real sockets, each with what a browser has to ask for it. */
import { mkdirSync, truncateSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { TemporaryFolder } from "@socketscope/testkit";
import { hashSync } from "bcryptjs";
import { serving } from "../serving.ts";

export interface PageState {
  readonly name: string;
  readonly url: string;
  readonly status: number;
  /** What the navigation is turned into, where a link could not ask it. */
  readonly asked?: {
    readonly method?: string;
    readonly headers?: Readonly<Record<string, string>>;
    readonly postData?: string;
  };
}

export interface Pages extends AsyncDisposable {
  readonly origin: string;
  readonly folder: string;
  readonly states: readonly PageState[];
}

const DAY = 86_400;
const CHANGED = Date.UTC(2026, 10, 20, 9, 12) / 1000;
const LONG = `${"a name that goes on and on ".repeat(6)}and ends.txt`;

const PASSWORDS = new Map([["ann", hashSync("a word", 4)]]);
const BROKEN = { path: "/broken", handler: () => Promise.reject(new TypeError("broken on purpose")) };
/** Octets of an upload that are too many. */
const MAX_BODY = 1000;

function makeSite(root: string): void {
  let age = 0;
  const write = (name: string, content: string | Uint8Array, size?: number): void => {
    const file = join(root, name);
    writeFileSync(file, content);
    // A hole: the size is real, the octets cost nothing.
    if (size !== undefined) truncateSync(file, size);
    age += 0.37;
    utimesSync(file, CHANGED - age * DAY, CHANGED - age * DAY);
  };
  for (const folder of ["films/captures", "films/pictures", "films/empty", "inbox", "many"])
    mkdirSync(join(root, folder), { recursive: true });
  const picture = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 480 270"><rect width="480" height="270" fill="#dbe7ff"/><circle cx="360" cy="80" r="36" fill="#ffe7cf"/><path d="M0 190q60-22 120 0t120 0 120 0 120 0v80H0z" fill="#1b57d6"/></svg>`;
  write("films/pictures/sea.svg", picture);
  write("films/captures/two-sockets.pcapng", "", 6200);
  write("films/slow-train-north.mp4", "", 412_000_000);
  write("films/a-desk-40-seconds.mp4", "", 8_600_000);
  write("films/harbour.m3u8", "#EXTM3U\n#EXT-X-VERSION:7\n");
  write("films/poster.svg", picture);
  write("films/slides.pdf", "%PDF-1.7\n", 131_000);
  write("films/index-old.html", "<!doctype html><title>Films of the workshop</title>");
  write("films/README.txt", "These films are free to use. The timecode is in the picture.\n");
  write("films/everything.tar.gz", "", 438_000_000);
  write("films/Grüße aus München – Ελλάδα – Київ.txt", "Viele Grüße\n");
  write(`films/${LONG}`, "It ends after all.\n");
  write("films/שלום.txt", "שלום עולם\n");
  write("films/ship & <b>sail.md", "# A ship\n");
  for (let i = 1; i <= 1010; i++) write(`many/frame ${i}.txt`, `frame ${i}\n`);
  for (const folder of ["films/captures", "films/pictures", "films/empty", "films", "inbox", "many"])
    utimesSync(join(root, folder), CHANGED, CHANGED);
}

export async function openPages(): Promise<Pages> {
  const folder = new TemporaryFolder("pages");
  makeSite(folder.path);
  const writable = { folder: join(folder.path, "inbox"), maxBody: MAX_BODY };
  const open = await serving({ root: folder.path, writable, mounts: [BROKEN], onError: () => undefined });
  const locked = await serving({ root: folder.path, auth: { passwords: () => PASSWORDS, delay: 0 } });
  const at = (path: string): string => open.origin + path;
  return {
    origin: open.origin,
    folder: folder.path,
    states: [
      { name: "listing", url: at("/films/"), status: 200 },
      { name: "listing-sorted", url: at("/films/?sort=size&order=desc"), status: 200 },
      { name: "listing-top", url: at("/"), status: 200 },
      { name: "listing-empty", url: at("/films/empty/"), status: 200 },
      { name: "listing-none", url: at("/films/?name=nobody"), status: 200 },
      // The last of three pages has ten rows: axe takes half a minute over 500.
      { name: "listing-many", url: at("/many/?page=3"), status: 200 },
      { name: "listing-upload", url: at("/inbox/"), status: 200 },
      { name: "400", url: at("/films/%zz"), status: 400 },
      { name: "401", url: `${locked.origin}/films/`, status: 401 },
      { name: "404", url: at("/films/a-desk-40-second.mp4"), status: 404 },
      { name: "404-deep", url: at(`/no/such/${"long-".repeat(60)}name`), status: 404 },
      { name: "403", url: at("/inbox/.htaccess"), status: 403, asked: { method: "PUT", postData: "x" } },
      { name: "405", url: at("/inbox/note.txt"), status: 405, asked: { method: "POST", postData: "x" } },
      {
        name: "412",
        url: at("/films/README.txt"),
        status: 412,
        asked: { headers: { "if-match": '"what it was"' } },
      },
      {
        name: "413",
        url: at("/inbox/big.bin"),
        status: 413,
        asked: { method: "PUT", postData: "x".repeat(MAX_BODY + 1) },
      },
      { name: "415", url: at("/inbox/"), status: 415, asked: { method: "POST", postData: "x" } },
      {
        name: "416",
        url: at("/films/README.txt"),
        status: 416,
        asked: { headers: { range: "bytes=9999-" } },
      },
      { name: "500", url: at("/broken"), status: 500 },
    ],
    async [Symbol.asyncDispose]() {
      await open.close();
      await locked.close();
      folder[Symbol.dispose]();
    },
  };
}
