/** A mailbox's address as a folder's name, and back: nothing in an address can lead out of the folder of all mailboxes. */

/** Octets that every file system takes. */
const MAX = 200;

/** What stands in addresses every day stays readable; the rest is percent-encoded. */
export function folderName(mailbox: string): string | undefined {
  const name = [...Buffer.from(mailbox, "utf8")]
    .map((octet, index) => {
      const letter = String.fromCharCode(octet);
      const plain = /[A-Za-z0-9@_=+~!#$&'*{}|^`-]/.test(letter) || (letter === "." && index > 0);
      return plain ? letter : `%${octet.toString(16).toUpperCase().padStart(2, "0")}`;
    })
    .join("");
  return name.length === 0 || name.length > MAX ? undefined : name;
}

/** Undefined: no name we would have made. */
export function mailboxOfFolder(name: string): string | undefined {
  try {
    const mailbox = decodeURIComponent(name);
    return folderName(mailbox) === name ? mailbox : undefined;
  } catch {
    return undefined;
  }
}
