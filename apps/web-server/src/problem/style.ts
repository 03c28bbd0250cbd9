/** How an error page looks. */
export const problemStyle = `.lost{max-width:1000px;margin:0 auto;display:grid;grid-template-columns:minmax(0,1fr) 330px;gap:20px 46px;padding-top:40px}
.lost h1{font-size:40px;letter-spacing:-.035em;line-height:1.12;text-wrap:balance}
.lost .big{font:600 var(--text-md) var(--mono);color:var(--deny);letter-spacing:.04em;margin-bottom:8px}
.lost p.l{font-size:16px;color:var(--ink-2);margin:12px 0 20px;text-wrap:pretty}
.lost p.l code{font-size:14px;color:var(--ink);background:var(--panel-2);border-radius:5px;padding:1px 6px;overflow-wrap:anywhere}
.lost ul.go{display:grid;gap:9px}
.lost ul.go a{display:flex;gap:13px;align-items:center;background:var(--panel);border:1px solid var(--line);border-radius:11px;padding:11px 15px;text-decoration:none;color:var(--ink);min-width:0}
.lost ul.go a>span{min-width:0;overflow-wrap:anywhere}
.lost ul.go a:hover{border-color:var(--accent)}
.lost ul.go svg{width:26px;height:26px;flex:none}
.lost ul.go small{display:block;color:var(--ink-3);font-size:var(--text-code)}
.lost mark{background:var(--t3);color:inherit;border-radius:3px;padding:0 1px}
.wire{grid-column:1/-1;background:var(--panel);border:1px solid var(--line);border-radius:13px;overflow:hidden}
.wire h2{font-size:var(--text-md);padding:11px 18px;border-bottom:1px solid var(--line);display:flex;gap:12px;align-items:center;flex-wrap:wrap}
.wire h2 .tuple{margin-left:auto;font-weight:400}
.wire ol{padding:5px 0 7px}
@media (max-width:900px){.lost{grid-template-columns:minmax(0,1fr);padding-top:26px}.lost .art{display:none}.lost h1{font-size:30px}}
@media (max-width:640px){.wire h2 .tuple{margin-left:0}}
`;
