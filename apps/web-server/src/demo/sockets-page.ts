/** `/sockets`: the picture as a table, for who reads without script, and as JSON for programs. */
import { chooseMediaType } from "@socketscope/http";
import { counted, markup, octets, page, type Markup, type Page } from "@socketscope/page";
import type { Flow } from "@socketscope/socket-core";
import type { Request, Response } from "@socketscope/web";
import { endpoint } from "../conversations.ts";
import { pageResponse } from "../page-response.ts";
import type { LaneView } from "./lane.ts";

const STYLE = `h1{font-size:var(--text-2xl)}
.note{color:var(--ink-2);max-width:70ch;margin:8px 0 18px}
.sockets{display:grid;gap:14px}
.sockets li{background:var(--panel);border:1px solid var(--line);border-radius:var(--r-4);padding:14px 18px;min-width:0}
.sockets h2{font:600 var(--text-lg) var(--mono);overflow-wrap:anywhere}
.sockets p{color:var(--ink-2)}
.sockets ol{margin:8px 0 0;display:grid;gap:2px}
.sockets ol li{all:unset;display:block;overflow-wrap:anywhere;font:var(--text-sm)/1.5 var(--mono)}
.sockets ol b{color:var(--ink)}`;

export function socketsResponse(request: Request, lanes: readonly LaneView[]): Response {
  const fields = ["Cache-Control", "no-store", "Vary", "Accept"];
  const form = chooseMediaType(request.fields.get("accept"), ["text/html", "application/json"]);
  if (form === "application/json") {
    const content = `${JSON.stringify({ lanes })}\n`;
    return { status: 200, fields: ["Content-Type", "application/json", ...fields], content };
  }
  return pageResponse(200, socketsPage(lanes, request.flow), fields);
}

/** For the bar at the top. */
export function thisSocket({ local, remote }: Flow): Markup {
  return markup`<span class="chip"><span class="wide">This socket: </span>${endpoint(remote)} ⇄ ${endpoint(local)}</span>`;
}

function socketsPage(lanes: readonly LaneView[], flow: Flow): Page {
  const requests = lanes.reduce((sum, { count }) => sum + count, 0);
  return page({
    title: "Your sockets",
    app: "Web",
    home: "/",
    skip: "Skip to the sockets",
    status: thisSocket(flow),
    style: STYLE,
    main: markup`<h1>${counted(requests, "request")} on ${counted(lanes.length, "socket")}</h1>
<p class="note">As this server counted them since you last loaded its page, with this very request. A socket is one end of a conversation; its four numbers are your address and port, and ours.</p>
<ul class="sockets">${lanes.map(describeLane)}</ul>
<p class="note"><a href="/sockets">Look again</a> · <a href="/">The page</a></p>`,
  });
}

function describeLane(lane: LaneView): Markup {
  const { remoteHost, remotePort, local, count, before, requests, tls, protocol, closedBy } = lane;
  const host = remoteHost.includes(":") ? `[${remoteHost}]` : remoteHost;
  const facts = [
    counted(count, "request"),
    count + before > 1 ? `reused ${count + before - 1} ×` : "used once",
    tls ?? "no TLS",
    lane.octetsOut === undefined ? "octets not known" : `${octets(lane.octetsOut)} sent to you`,
    closedBy === undefined ? (protocol === "websocket" ? "now a WebSocket" : "open") : `closed (${closedBy})`,
  ];
  return markup`<li><h2>${host}:${remotePort} ⇄ ${local}</h2><p>${facts.join(" · ")}</p>
<ol>${requests.map(({ method, path, status, octets: size }) => markup`<li><b>${method}</b> ${path} → ${status ?? "…"}${size !== undefined && ` · ${octets(size)}`}</li>`)}</ol></li>`;
}
