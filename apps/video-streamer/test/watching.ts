/** The player's page in a real browser, for tests. */
import type { BrowserPage } from "@socketscope/testkit/browsers";

/** Waits in the page until `condition` (an expression) holds. */
export async function until(page: BrowserPage, condition: string): Promise<void> {
  const held = await page.evaluate(
    `new Promise((done) => { const end = Date.now() + 150_000; const look = () => { let ok = false; try { ok = Boolean(${condition}); } catch {} if (ok || Date.now() > end) done(ok); else setTimeout(look, 50); }; look(); })`,
  );
  if (held !== true) {
    const facts = await page.evaluate(
      "JSON.stringify({ at: screen.video?.currentTime, state: screen.video?.readyState, paused: screen.video?.paused, buffer: screen.buffer, notice: document.getElementById('notice').textContent })",
    );
    throw new Error(`never: ${condition}; ${String(facts)}; ${page.problems.join("; ")}`);
  }
}

/** A player that jumps lets go of what it had asked for: that is no fault. */
export function problems(page: BrowserPage): string[] {
  return page.problems.filter((text) => !/^failed: .*ABORTED$/.test(text));
}
