export { escape, markup, Markup, type Piece } from "./markup.ts";
export { fileIcons, icons, type FileKind } from "./icons.ts";
export { page, type Page, type PageParts } from "./page.ts";
export { copyButtons, inlineScript, rememberedTheme, themeSwitch } from "./script.ts";
export { base } from "./base.ts";
export { tokens } from "./tokens.ts";
export { clauseLink, transcript, transcriptStyle, type Clause, type TranscriptRow } from "./transcript.ts";
export { counted, folderCounts, octets } from "./units.ts";
export { filterableTable, previewPane, sortableTable } from "./table.ts";
