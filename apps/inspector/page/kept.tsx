/** What had to go to keep the inspector small, and whether a recording has it. Nothing while all is here. */
import { kept } from "./state.ts";
import { octets } from "./words.ts";

export function KeptNote() {
  const { forgotten, limit, recordings } = kept.value;
  if (forgotten === 0) return null;
  return (
    <p class="kept" role="note">
      The oldest {octets(forgotten)} are no longer here: {octets(limit)} are kept.{" "}
      {recordings > 0 ? (
        "A recording is being made: it has what was told since it began."
      ) : (
        <>
          To have all, record as it happens: <code>inspector record talk.ndjson</code>
        </>
      )}
    </p>
  );
}
