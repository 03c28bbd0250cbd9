/** Answers that one may try: what a server of that protocol could say at such a place. */
export interface Suggestion {
  readonly label: string;
  /** With its line ends as LF. */
  readonly text: string;
}

const line = (label: string, text: string): Suggestion => ({ label, text: `${text}\n` });

function response(status: string, content: string): Suggestion {
  const length = new TextEncoder().encode(content).length;
  return {
    label: status,
    text: `HTTP/1.1 ${status}\nContent-Type: text/plain\nContent-Length: ${length}\n\n${content}`,
  };
}

const SUGGESTIONS: Readonly<Record<string, readonly Suggestion[]>> = {
  smtp: [
    line("250 done", "250 2.0.0 Done"),
    line("354 go on", "354 End data with <CR><LF>.<CR><LF>"),
    line("451 later", "451 4.3.0 Mailbox busy, try again later"),
    line("550 no such user", "550 5.1.1 No such user"),
    line("421 closing", "421 4.3.2 Service closing"),
  ],
  pop3: [line("+OK", "+OK done"), line("-ERR", "-ERR not now")],
  ftp: [
    line("230 logged in", "230 Logged in"),
    line("331 password?", "331 Password, please"),
    line("425 no data connection", "425 Cannot open the data connection"),
    line("530 not logged in", "530 Not logged in"),
    line("550 no such file", "550 No such file"),
  ],
  http: [
    response("200 OK", "Typed by hand."),
    response("404 Not Found", "Nothing here."),
    response("503 Service Unavailable", "Try again later."),
  ],
};

export function suggestionsFor(protocol: string): readonly Suggestion[] {
  return SUGGESTIONS[protocol] ?? [];
}
