export { FolderSync, syncFolder } from "./folder-sync.ts";
export { Maildir, newBase, type MaildirEntry, type MaildirFile } from "./maildir.ts";
