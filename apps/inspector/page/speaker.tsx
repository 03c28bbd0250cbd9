/** Who speaks, as a word and an arrow: never by colour alone. */
import type { MessageView } from "../src/views.ts";

export function Speaker({ who }: { readonly who: MessageView["who"] }) {
  if (who === "both") return <>both ends</>;
  return who === "client" ? (
    <>
      Client
      <svg viewBox="0 0 30 9" fill="none" stroke="currentColor" stroke-width="1.6" aria-hidden="true">
        <path d="M1 4.5h26M23 1l4 3.5L23 8" />
      </svg>
    </>
  ) : (
    <>
      <svg viewBox="0 0 30 9" fill="none" stroke="currentColor" stroke-width="1.6" aria-hidden="true">
        <path d="M29 4.5H3M7 1 3 4.5 7 8" />
      </svg>
      Server
    </>
  );
}
