/** What the room's pages add to the pages' common style. */
export const roomStyle = `.nav{display:flex;gap:4px;margin-left:auto;min-width:0}
.nav a{padding:6px 11px;border-radius:var(--r-3);color:var(--ink-2);text-decoration:none;white-space:nowrap}
.nav a:hover{background:var(--panel-2)}
.nav a[aria-current]{background:var(--sel);color:var(--accent);font-weight:600}
.sub{color:var(--ink-3);font-size:var(--text-sm)}
.ph{display:flex;gap:4px 14px;align-items:baseline;flex-wrap:wrap;margin-bottom:12px}
.ph h1{font-size:var(--text-xl)}
h2{font-size:var(--text-lg);margin-bottom:8px}
.card{background:var(--panel);border:1px solid var(--line);border-radius:var(--r-4);padding:12px 16px}
.join{display:grid;gap:8px;margin-bottom:22px}
.join h2{margin:0}
.cols{display:grid;grid-template-columns:minmax(0,1fr) minmax(0,360px);gap:22px;align-items:start}
.people{display:grid;gap:8px}
.people li{display:grid;grid-template-columns:minmax(0,150px) minmax(0,1fr) 92px minmax(0,210px);gap:4px 14px;align-items:center}
.people b,.people .at{overflow-wrap:anywhere}
.people .at{color:var(--ink-2)}
.people .since{color:var(--ink-3);font-size:var(--text-sm);text-align:right;white-space:nowrap}
.people .away b,.people .away .at{color:var(--ink-3);font-weight:400}
.chip.long{--k:var(--warn)}
.strip{width:100%;height:auto;max-height:12px}
.of{fill:var(--line)}.is{fill:var(--ok)}
.bars{display:grid;gap:10px}
.bars li{display:grid;grid-template-columns:minmax(0,1fr) auto;gap:3px 12px}
.bars .what{overflow-wrap:anywhere}
.bars .count{color:var(--ink-2);font-size:var(--text-sm);white-space:nowrap}
.bars .bar{grid-row:2;grid-column:1/-1;width:100%;height:8px;border-radius:var(--r-full)}
.lesson{margin-bottom:8px}
.anew{margin-top:22px}.anew summary{cursor:pointer}.anew form{margin-top:8px}.anew p{margin-top:8px;color:var(--ink-2)}
.none{color:var(--ink-2)}
.wall{font-size:clamp(16px,min(2.2vw,2.9vh),40px);display:grid;gap:1.1em}
.wall h1{font-size:1.7em;line-height:1.15}.wall h2{font-size:1em}
.wall .sub,.wall .bars .count,.wall .cmd code{font-size:.8em}
.wall .lesson{display:none}
.wall .bars{gap:.55em}.wall .bars .bar{height:.7em}
@media (min-width:901px){.wall .bars li{grid-template-columns:minmax(0,1fr) 26% 9.5em;align-items:center}.wall .bars .bar{grid-row:1;grid-column:2}.wall .bars .count{grid-column:3;text-align:right}}
.wall .cmd code{white-space:normal;overflow-wrap:anywhere}
.lessons{display:grid;gap:8px;grid-template-columns:repeat(auto-fill,minmax(min(100%,380px),1fr))}
.lessons a{font-size:var(--text-lg)}
.slide{font-size:clamp(17px,1.9vw,32px);line-height:1.5;max-width:44em;margin:0 auto;min-height:62vh}
.slide>*+*{margin-top:.75em}
.slide h1{font-size:1.75em;line-height:1.15;margin-top:.1em}
.slide .sub{font-size:.7em}
.slide code,.slide pre{font-size:.82em}
.slide code{background:var(--panel-2);border-radius:var(--r-1);padding:.05em .3em;overflow-wrap:anywhere}
.slide .code{background:var(--panel);border:1px solid var(--line);border-radius:var(--r-4);padding:.6em .9em}
.slide pre{margin:0;white-space:pre-wrap;overflow-wrap:anywhere;font-family:var(--mono);color:var(--ink-2);font-variant-ligatures:none}
.slide pre b{color:var(--ink);font-weight:600}
.slide .where{display:block;font-size:.65em;color:var(--ink-3);margin-bottom:.4em}
.slide .ref{color:var(--ink-3)}
.slide .steps{list-style:decimal;padding-left:1.4em}
.slide .checks{border-left:4px solid var(--ok);padding-left:.8em}
.slide .checks li::before{content:"\\25CB  ";color:var(--ok)}
.turn{display:flex;justify-content:space-between;align-items:center;gap:12px;max-width:1240px;margin:24px auto 0}
@media (max-width:1000px){.cols{grid-template-columns:minmax(0,1fr)}}
@media (max-width:640px){.people li{grid-template-columns:minmax(0,1fr) auto}.people .at,.strip{grid-column:1/-1}.people .since{grid-row:1;grid-column:2}.nav a{padding:6px 7px}}
@media (max-width:420px){.nav{gap:0}.brand svg{display:none}}
@media print{.top,.turn{display:none}}
`;
