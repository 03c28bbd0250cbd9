/** One thing to notice for each way the film can come. */

/** @type {Readonly<Record<Delivery, readonly [question: string, answer: string]>>} */
const LESSONS = {
  progressive: [
    "One file, many ranges.",
    "The browser asks for the file and stops reading when it has enough: then the socket's window closes and the server waits. A jump is a new request with another Range.",
  ],
  hls: [
    "Why the saw-tooth?",
    "The player asks for 2 s of film, gets them at once, then rests: between two bursts the buffer drains one second per second. If a tooth ever reaches zero, the picture stops. Live, expect to be three segments behind: 6 to 8 s.",
  ],
  "low-latency": [
    "A request before there is an answer.",
    "The player asks for the next part before it is made; the server holds the request and answers the moment it is. So the picture is 1 to 2 s behind instead of three segments.",
  ],
  chunked: [
    "A response that never ends.",
    "One request, one chunk for each part as it is made, no length: the player cannot seek, and a slow one is cut off. Expect to be 1 to 3 s behind.",
  ],
};

/** @param {Delivery} delivery */
export function lesson(delivery) {
  const box = document.getElementById("lesson");
  const [question, answer] = LESSONS[delivery];
  const bold = document.createElement("b");
  bold.textContent = question;
  box?.replaceChildren(bold, ` ${answer}`);
}
