/** `--state` of every command beside a running inspector. */
import { defaultStateFolder, kinds, type OptionReader } from "@socketscope/host";

export function inspectorState(read: OptionReader): string {
  const { path, shown } = defaultStateFolder(process.env);
  return read.one("state", kinds.path("DIR"), {
    help: "the inspector's state folder",
    default: path,
    shown,
  });
}
