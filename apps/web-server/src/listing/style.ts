/** How a listing looks. Below 900 px the preview goes, below 640 px the columns that can be missed. */
export const listingStyle = `.crumb ol{display:flex;flex-wrap:wrap;align-items:center;font-size:22px;letter-spacing:-.02em;font-weight:600}
.crumb li{min-width:0;overflow-wrap:anywhere}
.crumb li+li::before{content:"/";color:var(--ink-3);margin:0 8px;font-weight:400}
.crumb a{text-decoration:none}
.crumb a:hover{text-decoration:underline}
.crumb h1{font-size:inherit;display:inline}
.crumb svg{width:19px;height:19px;vertical-align:-2px}
.bar{display:flex;gap:12px;align-items:center;margin:6px 0 16px;color:var(--ink-2);font-size:var(--text-md);flex-wrap:wrap}
.send{display:flex;gap:8px;align-items:center;flex-wrap:wrap;min-width:0}
.send input{max-width:260px;min-width:0}
.send ::file-selector-button{font:inherit;color:inherit;background:var(--panel);border:1px solid var(--line);border-radius:7px;padding:4px 10px;margin-right:8px;cursor:pointer}
.find{flex:1;display:flex;align-items:center;gap:6px;height:34px;max-width:300px;margin-left:auto;border:1px solid var(--line);border-radius:9px;padding:0 8px 0 10px;background:var(--panel);min-width:0}
.find input{border:0;background:none;flex:1;min-width:40px;outline:0}
.find input::placeholder{color:var(--ink-3);opacity:1}
.find:focus-within{outline:2px solid var(--accent)}
.cols{display:grid;grid-template-columns:minmax(0,1fr) 316px;gap:20px;align-items:start}
.cols.alone{grid-template-columns:minmax(0,1fr)}
.tbl{background:var(--panel);border:1px solid var(--line);border-radius:13px;overflow:hidden}
table{border-collapse:collapse;width:100%;table-layout:fixed}
th{text-align:left;font-weight:600;font-size:var(--text-code);border-bottom:1px solid var(--line);background:var(--panel-3);padding:0;color:var(--ink-2)}
th a,th>span{display:flex;gap:6px;align-items:center;padding:9px 12px;color:var(--ink-2);text-decoration:none}
th a:hover{text-decoration:underline}
th a svg{visibility:hidden}
th[aria-sort] a{color:var(--accent)}
th[aria-sort] a svg{visibility:visible}
th[aria-sort=descending] a svg{transform:rotate(180deg)}
th.nm a{padding-left:16px}
th.sz{width:116px}
th.sz a{flex-direction:row-reverse}
th.dt{width:164px}
th.hint{width:30%}
td{padding:0 12px;height:42px;border-bottom:1px solid var(--line-2);white-space:nowrap;overflow:hidden;text-overflow:ellipsis}
tr:last-child td{border:0}
tbody tr:hover{background:var(--panel-3)}
tbody tr.on{background:var(--sel)}
td.nm{padding-left:16px}
td.nm a{display:flex;gap:11px;align-items:center;color:var(--ink);text-decoration:none;font-weight:550;min-height:41px}
td.nm a:focus-visible{outline-offset:-3px}
td.nm a span{overflow:hidden;text-overflow:ellipsis}
td.nm a:hover span{text-decoration:underline}
td.nm svg{width:24px;height:24px;flex:none}
td.sz{text-align:right;font:var(--text-code) var(--mono);color:var(--ink-2)}
td.dt{font:var(--text-code) var(--mono);color:var(--ink-2)}
td.hint{color:var(--ink-2);font-size:var(--text-code)}
.szb{display:block;width:100%;height:3px;margin-top:3px}
.szb rect{fill:var(--line-2)}
.szb rect+rect{fill:var(--http);opacity:.65}
.pages{display:flex;gap:14px;align-items:center;justify-content:space-between;margin-top:14px;color:var(--ink-2);font-size:var(--text-md);flex-wrap:wrap}
.pages .off{visibility:hidden}
.none{border-top:1px solid var(--line-2);padding:34px 20px;text-align:center;color:var(--ink-2)}
.pv{background:var(--panel);border:1px solid var(--line);border-radius:13px;overflow:hidden;position:sticky;top:16px}
.pv .pic{display:grid;place-items:center;height:178px;background:var(--panel-2);border-bottom:1px solid var(--line-2)}
.pv .pic img{max-width:100%;max-height:177px;display:block}
.pv .pic svg{width:64px;height:64px}
.pv>div+div{padding:13px 16px 16px}
.pv h2{font-size:var(--text-lg);overflow-wrap:anywhere}
.pv dl{display:grid;grid-template-columns:66px 1fr;gap:4px 10px;margin:10px 0 12px;font-size:var(--text-code)}
.pv dt{color:var(--ink-3)}
.pv dd{margin:0;overflow-wrap:anywhere}
.pv dd.bytes{font:var(--text-sm) var(--mono)}
.pv .ac{display:flex;gap:8px;margin-bottom:12px}
@media (max-width:1100px){th.hint{width:26%}th.dt{width:150px}.cols{grid-template-columns:minmax(0,1fr) 270px}}
@media (max-width:900px){.cols{grid-template-columns:minmax(0,1fr)}.pv{display:none}}
@media (max-width:640px){td.dt,th.dt,td.hint,th.hint{display:none}.bar .counts,.bar .find{max-width:none;flex-basis:100%;margin:0}th.sz{width:104px}.find kbd{display:none}}
`;
