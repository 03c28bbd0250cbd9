/** Numbers for people: every one has a unit. */

const steps = ["bytes", "kB", "MB", "GB", "TB", "PB"] as const;

/** 999 → "999 bytes", 1100 → "1.1 kB", 412e6 → "412 MB". Decimal steps, as disks and networks count. */
export function octets(count: number): string {
  let step = 0;
  let value = count;
  // 999.5 would be printed as "1000 kB".
  while (value >= 999.5 && step < steps.length - 1) {
    value /= 1000;
    step += 1;
  }
  const digits = step === 0 || value >= 9.95 ? value.toFixed(0) : value.toFixed(1);
  return `${digits} ${count === 1 ? "byte" : (steps[step] ?? "")}`;
}

/** 1 → "1 file", 3 → "3 files". */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count.toLocaleString("en")} ${count === 1 ? one : many}`;
}

/** "1 folder, 2 files"; what is not there is not named, and nothing at all is "empty". */
export function folderCounts(folders: number, files: number): string {
  const parts = [folders > 0 && counted(folders, "folder"), files > 0 && counted(files, "file")];
  return parts.filter((part) => part !== false).join(", ") || "empty";
}
