/** `POST /report`: all that somebody of the local network can ask of the room, and only with its token. */
import { createHash, timingSafeEqual } from "node:crypto";
import { ContentTooLarge, type Handler, type Request, type Response } from "@socketscope/web";
import type { Lesson } from "../lesson.ts";
import { MAX_REPORT, readReport } from "./report.ts";
import type { Room } from "./room.ts";

export function reportHandler(room: Room, token: string, lessons: readonly Lesson[]): Handler {
  return async (request) => {
    if (request.path !== "/report") return said(404, "there is only /report");
    if (request.method !== "POST") return said(405, "this takes POST", ["Allow", "POST"]);
    // RFC 6750 §2.1
    if (!isSame(request.fields.get("authorization") ?? "", `Bearer ${token}`))
      return said(401, "the token is another one: the facilitator's page has it", [
        "WWW-Authenticate",
        "Bearer",
      ]);
    const report = readReport(await textOf(request), lessons);
    if (report === undefined) return said(400, "this is no report: are our lessons of the same version?");
    switch (room.take(report)) {
      case "taken":
        return said(409, `somebody else is ${report.name}: choose another --name`);
      case "full":
        return said(503, "the room is full", ["Retry-After", "60"]);
      case "seated":
        return answer(200, { beginning: room.beginning });
    }
  };
}

/** Too long is no report; the server says 413 of what is far longer than it says. */
async function textOf(request: Request): Promise<string> {
  try {
    return await request.body.text(MAX_REPORT);
  } catch (error) {
    if (error instanceof ContentTooLarge) return "";
    throw error;
  }
}

/** In a time that tells nothing of where they differ. */
function isSame(a: string, b: string): boolean {
  const hash = (text: string): Buffer => createHash("sha256").update(text).digest();
  return timingSafeEqual(hash(a), hash(b));
}

function said(status: number, why: string, fields: readonly string[] = []): Response {
  return answer(status, { why }, fields);
}

function answer(status: number, value: unknown, fields: readonly string[] = []): Response {
  const safe = ["X-Content-Type-Options", "nosniff", "Cache-Control", "no-store"];
  return {
    status,
    fields: ["Content-Type", "application/json", ...safe, ...fields],
    content: `${JSON.stringify(value)}\n`,
  };
}
