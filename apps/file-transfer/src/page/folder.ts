/** What a page shows of a folder: sorted, folders first, in pages. A folder of any size takes bounded memory. */
import type { FileSystem, FolderEntry } from "../files/file-system.ts";
import { columns, type FolderState, type Order } from "./files-view.ts";

/** Entries of a folder that are read; more are not shown. */
const READ = 20_000;
/** Entries of one page. */
const PAGE = 500;

type Read = Pick<FolderState, "entries" | "folders" | "files" | "cut" | "order" | "page" | "pages">;

const names = new Intl.Collator("en", { numeric: true });

/** Rejects with FileProblem. */
export async function readFolder(files: FileSystem, path: string, query: URLSearchParams): Promise<Read> {
  const asked = query.get("sort");
  const order: Order = {
    column: columns.find((column) => column === asked) ?? "name",
    descending: query.get("order") === "desc",
  };
  const { entries, cut } = await readAll(files, path);
  const folders = entries.filter(({ stat }) => stat.kind === "folder").length;
  const pages = Math.max(1, Math.ceil(entries.length / PAGE));
  const page = Math.min(pages, Math.max(1, Number(query.get("page") ?? "1") || 1));
  return {
    entries: entries.toSorted(inOrder(order)).slice((page - 1) * PAGE, page * PAGE),
    folders,
    files: entries.length - folders,
    cut,
    order,
    page,
    pages,
  };
}

async function readAll(
  files: FileSystem,
  path: string,
): Promise<{ readonly entries: readonly FolderEntry[]; readonly cut: boolean }> {
  const reader = await files.list(path);
  try {
    const entries: FolderEntry[] = [];
    for (let some = await reader.next(); some.length > 0; some = await reader.next()) {
      if (entries.length >= READ) return { entries, cut: true };
      entries.push(...some);
    }
    return { entries, cut: false };
  } finally {
    await reader.close();
  }
}

function inOrder({ column, descending }: Order): (a: FolderEntry, b: FolderEntry) => number {
  const sign = descending ? -1 : 1;
  return (a, b) => {
    const first = Number(b.stat.kind === "folder") - Number(a.stat.kind === "folder");
    if (first !== 0) return first;
    const by =
      column === "name"
        ? 0
        : column === "size"
          ? a.stat.size - b.stat.size
          : a.stat.modified - b.stat.modified;
    return sign * (by === 0 ? names.compare(a.name, b.name) : by);
  };
}
