/**
 * RFC 9110 §5.6.7: HTTP-date. One form is written (IMF-fixdate), three are read. Times are milliseconds since
 * 1970 UTC, whole seconds on the wire. The clock is passed in.
 */

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const MONTH = `(${MONTHS.join("|")})`;
const TIME = "([0-9]{2}):([0-9]{2}):([0-9]{2})";
const DAY = "(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)";
const LONG_DAY = "(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day";

// RFC 9110 §5.6.7: HTTP-date is case-sensitive and allows no blank beyond those in the grammar.
const IMF_FIXDATE = new RegExp(`^${DAY}, ([0-9]{2}) ${MONTH} ([0-9]{4}) ${TIME} GMT$`);
const RFC850_DATE = new RegExp(`^${LONG_DAY}, ([0-9]{2})-${MONTH}-([0-9]{2}) ${TIME} GMT$`);
const ASCTIME_DATE = new RegExp(`^${DAY} ${MONTH} ([0-9]{2}| [0-9]) ${TIME} ([0-9]{4})$`);

/** `Sun, 06 Nov 1994 08:49:37 GMT`. For the years 0 to 9999. */
export function formatDate(ms: number): string {
  // ECMA-262 §21.4.4.43 fixes this text, and it is IMF-fixdate to the letter.
  return new Date(ms).toUTCString();
}

/** Milliseconds, or undefined when it is none of the three forms or no real day. `now` decides two-digit years. */
export function parseDate(text: string, now: number): number | undefined {
  const imf = IMF_FIXDATE.exec(text);
  if (imf) return instant(Number(imf[3]), imf[2], imf[1], imf[4], imf[5], imf[6]);
  const asctime = ASCTIME_DATE.exec(text);
  if (asctime) return instant(Number(asctime[6]), asctime[1], asctime[2], asctime[3], asctime[4], asctime[5]);
  const rfc850 = RFC850_DATE.exec(text);
  if (rfc850) {
    const read = (year: number) => instant(year, rfc850[2], rfc850[1], rfc850[4], rfc850[5], rfc850[6]);
    return windowed(Number(rfc850[3]), now, read);
  }
  return undefined;
}

// RFC 9110 §5.6.7: a two-digit year that appears to be more than 50 years in the future is the most recent
// year in the past with these digits.
function windowed(
  digits: number,
  now: number,
  read: (year: number) => number | undefined,
): number | undefined {
  const horizon = new Date(now);
  horizon.setUTCFullYear(horizon.getUTCFullYear() + 50);
  const century = Math.floor(horizon.getUTCFullYear() / 100) * 100;
  // 29 February is a day in some of these years only, so the year is chosen before the day is judged.
  const late = Date.UTC(century + digits, 0, 1) > horizon.getTime();
  const time = read(late ? century - 100 + digits : century + digits);
  return time !== undefined && time > horizon.getTime() ? read(century - 100 + digits) : time;
}

type Digits = string | undefined;

function instant(year: number, month: Digits, day: Digits, hour: Digits, minute: Digits, second: Digits) {
  const monthIndex = MONTHS.indexOf(month ?? "");
  const dayNumber = Number(day);
  // RFC 5322 §3.3 (from RFC 9110 §5.6.7): second 60 is a leap second.
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 60) return undefined;
  const midnight = new Date(0);
  // Not Date.UTC: it takes the years 0 to 99 for 1900 to 1999.
  midnight.setUTCFullYear(year, monthIndex, dayNumber);
  if (midnight.getUTCMonth() !== monthIndex || midnight.getUTCDate() !== dayNumber) return undefined;
  return midnight.getTime() + ((Number(hour) * 60 + Number(minute)) * 60 + Number(second)) * 1000;
}
