/** The words of RFC 9110 §15 for the codes this program answers with, and what an error page says on top. */

export const REASONS: Readonly<Record<number, string>> = {
  400: "Bad Request",
  401: "Unauthorized",
  403: "Forbidden",
  404: "Not Found",
  405: "Method Not Allowed",
  406: "Not Acceptable",
  409: "Conflict",
  411: "Length Required",
  412: "Precondition Failed",
  413: "Content Too Large",
  415: "Unsupported Media Type",
  416: "Range Not Satisfiable",
  421: "Misdirected Request",
  429: "Too Many Requests",
  500: "Internal Server Error",
  501: "Not Implemented",
  502: "Bad Gateway",
  503: "Service Unavailable",
  504: "Gateway Timeout",
  507: "Insufficient Storage",
};

const HEADLINES: Readonly<Record<number, string>> = {
  400: "This address cannot be read.",
  401: "Who are you?",
  403: "This is not for everybody.",
  404: "There is nothing at this address.",
  405: "Not with this method.",
  406: "Not in a form you accept.",
  412: "It is no longer what you think it is.",
  413: "That is too much.",
  416: "That part does not exist.",
  500: "Something broke on our side.",
  502: "The server behind this one did not answer rightly.",
  503: "Too much at once.",
  504: "The server behind this one took too long.",
};

export function reasonOf(status: number): string {
  return REASONS[status] ?? "Error";
}

export function headlineOf(status: number): string {
  return HEADLINES[status] ?? `${reasonOf(status)}.`;
}
