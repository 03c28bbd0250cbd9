/** The page: what is selected stands in the address, what happens comes by one event stream. */
import { effect } from "@preact/signals";
import { render } from "preact";
import { keepAddress, readAddress } from "./address.ts";
import { Compare, CompareWhy } from "./compare.tsx";
import { ConversationPane } from "./conversation.tsx";
import { Empty } from "./empty.tsx";
import { Explanation } from "./explanation.tsx";
import { Keys, listenForKeys } from "./keys.tsx";
import { HeldBar } from "./held.tsx";
import { follow } from "./live.ts";
import { lookFor } from "./octet-searches.ts";
import { FileNote } from "./open-file.tsx";
import { Part } from "./part.tsx";
import { Sockets } from "./sockets.tsx";
import { sockets, changed, filter, mode } from "./state.ts";
import { Timeline } from "./timeline.tsx";
import { Topbar } from "./topbar.tsx";

function Page() {
  changed();
  const quiet = sockets.size === 0;
  return (
    <>
      <Topbar />
      <HeldBar />
      {mode.value === "compare" ? <Compare /> : <Sockets />}
      {mode.value !== "compare" && (quiet ? <Empty /> : <ConversationPane />)}
      <Why />
      <Timeline />
      <Keys />
      <FileNote />
    </>
  );
}

function Why() {
  switch (mode.value) {
    case "part":
      return <Part />;
    case "compare":
      return <CompareWhy />;
    case "live":
      return <Explanation />;
  }
}

readAddress();
keepAddress();
listenForKeys();
effect(() => {
  changed();
  lookFor(filter.value);
});
render(<Page />, document.body);
follow();
