/** The upload form, with what the server made of it on the same page. XMLHttpRequest: it tells how far sending is. */
import { byId, counted, element, octets } from "./dom.js";

/** Octets up to which the browser counts the digest itself; the whole file is in memory for it. */
const CHECKED = 50_000_000;

export function upload() {
  const form = byId("upload-form", HTMLFormElement);
  const drop = byId("drop", HTMLElement);
  const input = form.querySelector("input");

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    send([...(input?.files ?? [])]);
    form.reset();
  });
  drop.addEventListener("dragover", (event) => {
    event.preventDefault();
    drop.classList.add("over");
  });
  drop.addEventListener("dragleave", () => drop.classList.remove("over"));
  drop.addEventListener("drop", (event) => {
    event.preventDefault();
    drop.classList.remove("over");
    send([...(event.dataTransfer?.files ?? [])]);
  });
}

/** @param {readonly File[]} files */
function send(files) {
  if (files.length === 0) return;
  const bar = document.createElement("progress");
  bar.max = 1;
  bar.setAttribute("aria-label", "Sent so far");
  const words = element("span", "sub", "beginning …");
  const box = element("div", "up", element("b", "", files.map(({ name }) => name).join(", ")), bar, words);
  byId("uploads", HTMLElement).replaceChildren(box);

  const form = new FormData();
  for (const file of files) form.append("file", file);
  const request = new XMLHttpRequest();
  request.upload.addEventListener("progress", ({ loaded, total }) => {
    bar.value = loaded / total;
    words.textContent = `${octets(loaded)} of ${octets(total)} sent`;
  });
  request.addEventListener(
    "error",
    () => (words.textContent = "The connection ended before the upload did."),
  );
  request.addEventListener("load", () => {
    const answer = readAnswer(request.responseText);
    if (request.status !== 201) {
      words.textContent = `${request.status}: ${answer.detail ?? "the server refused it"}`;
      bar.remove();
      return;
    }
    bar.value = 1;
    words.textContent = `${octets(answer.octets)} arrived, the form around the files included, in ${counted(answer.pieces, "piece")}; the largest had ${octets(answer.largest)}. Kept for ${Math.round(answer.keptSeconds / 60)} minutes.`;
    for (const stored of answer.files) {
      const link = document.createElement("a");
      link.href = stored.url;
      link.textContent = stored.name;
      link.download = "";
      const verdict = element("span", "");
      box.append(
        element("span", "", link, ` ${octets(stored.octets)} `, verdict),
        element("code", "", `SHA-256 ${stored.sha256}`),
      );
      const sent = files.find(({ name }) => name === stored.name);
      if (sent !== undefined) void compare(sent, stored.sha256, verdict);
    }
  });
  request.open("POST", "/upload");
  request.setRequestHeader("Accept", "application/json");
  request.send(form);
}

/**
 * The digest once more, in the browser: what arrived is what was sent.
 * @param {File} file
 * @param {string} theirs
 * @param {HTMLElement} verdict
 */
async function compare(file, theirs, verdict) {
  // `crypto.subtle` is there in secure contexts only: HTTPS, or this machine itself.
  if (!isSecureContext || file.size > CHECKED) return;
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", await file.arrayBuffer()));
  const ours = [...digest].map((octet) => octet.toString(16).padStart(2, "0")).join("");
  verdict.className = ours === theirs ? "same" : "bad";
  verdict.textContent = ours === theirs ? "✓ your browser counts the same" : "✗ your browser counts another";
}

/** @param {string} text */
function readAnswer(text) {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}
