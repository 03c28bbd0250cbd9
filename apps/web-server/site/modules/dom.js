/** The few things that every module does with the page. */

/**
 * @template {Element} T
 * @param {string} id
 * @param {new () => T} type
 * @returns {T}
 */
export function byId(id, type) {
  const found = document.getElementById(id);
  if (!(found instanceof type)) throw new TypeError(`the page has no ${type.name} "${id}"`);
  return found;
}

/**
 * An element with its content. Text is text: nothing that came from outside can become markup.
 * @param {string} name
 * @param {string} className
 * @param {...(string | Node)} content
 */
export function element(name, className, ...content) {
  const made = document.createElement(name);
  if (className !== "") made.className = className;
  made.append(...content);
  return made;
}

/**
 * 999 → "999 bytes", 412000 → "412 kB".
 * @param {number} count
 */
export function octets(count) {
  const units = ["bytes", "kB", "MB", "GB"];
  let value = count;
  let step = 0;
  for (; value >= 999.5 && step < units.length - 1; step += 1) value /= 1000;
  const digits = step === 0 || value >= 9.95 ? value.toFixed(0) : value.toFixed(1);
  return `${digits} ${count === 1 ? "byte" : units[step]}`;
}

/**
 * 0.8 → "0.8 ms", 184.4 → "184 ms", 1084 → "1.08 s", 90000 → "90 s".
 * @param {number} ms
 */
export function duration(ms) {
  if (Math.abs(ms) < 9.95) return `${Number(ms.toFixed(1))} ms`;
  if (Math.abs(ms) < 999.5) return `${ms.toFixed(0)} ms`;
  return Math.abs(ms) < 9950 ? `${Number((ms / 1000).toFixed(2))} s` : `${(ms / 1000).toFixed(0)} s`;
}

/**
 * @param {number} count
 * @param {string} one
 */
export function counted(count, one) {
  return `${count} ${one}${count === 1 ? "" : "s"}`;
}
