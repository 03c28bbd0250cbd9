/** What stands on every page: type, buttons, the bar at the top, chips, a command to copy, the line at the foot. */
export const base = `*{box-sizing:border-box}
html{height:100%}
body{margin:0;min-height:100vh;display:flex;flex-direction:column;font:var(--text-base)/1.45 var(--sans);color:var(--ink);background:var(--bg)}
button,input{font:inherit;color:inherit}
button,.btn{background:var(--panel);border:1px solid var(--line);border-radius:7px;padding:4px 10px;cursor:pointer;text-decoration:none;color:var(--ink);white-space:nowrap}
button:hover,.btn:hover{border-color:color-mix(in srgb,var(--accent) 50%,var(--line))}
.primary{background:var(--accent);border-color:var(--accent);color:var(--on-accent);font-weight:600}
:focus-visible{outline:2px solid var(--accent);outline-offset:1px}
code,kbd{font-family:var(--mono);font-size:var(--text-sm);font-variant-ligatures:none}
kbd{border:1px solid var(--line);border-bottom-width:2px;border-radius:var(--r-1);padding:0 5px;font-size:var(--text-2xs);color:var(--ink-2);background:var(--panel)}
h1,h2,h3{margin:0;font-weight:600;letter-spacing:-.01em}
p{margin:0}
ul,ol{list-style:none;margin:0;padding:0}
a{color:var(--accent)}
[hidden]{display:none!important}
.vh{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
.skip{position:absolute;left:8px;top:-60px;background:var(--panel);padding:8px 12px;z-index:9;border-radius:8px}
.skip:focus{top:8px}
.top{background:var(--panel);display:flex;align-items:center;gap:14px;padding:0 16px;min-height:52px;border-bottom:1px solid var(--line)}
.top .chip{margin-left:auto}
.brand{display:flex;align-items:center;gap:9px;font-size:var(--text-lg);font-weight:600;white-space:nowrap;color:var(--ink);text-decoration:none}
.brand svg{width:22px;height:22px;flex:none}
.brand span{font-weight:400;color:var(--ink-3)}
.chip{--k:var(--socket);font:600 var(--text-2xs)/1 var(--sans);padding:4px 7px;border-radius:var(--r-1);border:1px solid color-mix(in srgb,var(--k) 40%,transparent);color:var(--k);white-space:nowrap}
.chip.ok{--k:var(--ok)}
.chip.deny{--k:var(--deny)}
.tuple{display:flex;align-items:center;gap:8px;font:var(--text-sm) var(--mono);color:var(--ink-2);white-space:nowrap}
.tuple b{color:var(--ink);font-weight:500}
[data-theme-switch]{display:inline-flex;padding:8px 10px}
.cmd{display:flex;align-items:center;gap:8px;background:var(--panel-2);border:1px solid var(--line-2);border-radius:var(--r-3);padding:5px 5px 5px 10px;min-width:0}
.cmd code{flex:1;min-width:0;overflow-x:auto;white-space:nowrap;scrollbar-width:thin;padding:2px 0}
.cmd code::before{content:"$ ";color:var(--ink-3)}
.cmd button{padding:2px 9px;font-size:var(--text-sm);flex:none}
.foot{border-top:1px solid var(--line);background:var(--panel);font-size:var(--text-code);color:var(--ink-2)}
.foot>div{max-width:1240px;margin:0 auto;padding:11px 28px;display:flex;gap:8px 22px;flex-wrap:wrap;align-items:center}
.foot>div>*{min-width:0;overflow-wrap:anywhere}
.wrap{max-width:1240px;width:100%;margin:0 auto;padding:22px 28px 26px;flex:1}
@media (max-width:900px){.wrap{padding:16px}.foot>div{padding-inline:16px}}
@media (max-width:640px){.brand span,.chip .wide{display:none}.tuple{flex-wrap:wrap;white-space:normal}}
@media (max-width:420px){.top{gap:8px;padding:0 12px}.chip{white-space:normal;line-height:1.3;text-align:center}}
`;
