/** What the page adds to the pages' common style. */
export const style = `.nav{display:flex;gap:4px;margin-left:auto;min-width:0}
.nav a{padding:6px 11px;border-radius:var(--r-3);color:var(--ink-2);text-decoration:none;white-space:nowrap}
.nav a:hover{background:var(--panel-2)}
.nav a[aria-current]{background:var(--sel);color:var(--accent);font-weight:600}
.sub{color:var(--ink-3);font-size:var(--text-sm)}
.cols{display:grid;grid-template-columns:minmax(0,1fr) 300px;gap:22px;align-items:start}
.ph{display:flex;gap:4px 14px;align-items:baseline;flex-wrap:wrap;margin-bottom:12px}
.ph h1,.ph h2{font-size:var(--text-xl)}
.card{background:var(--panel);border:1px solid var(--line);border-radius:var(--r-4)}
.se{--k:var(--ftp);border-left:4px solid var(--k);margin-bottom:12px;padding:13px 16px 14px;display:grid;gap:10px}
.se.sftp{--k:var(--sftp)}.se.web{--k:var(--http)}
.se header{display:flex;gap:6px 10px;align-items:center;flex-wrap:wrap}
.se header b{font-size:var(--text-lg);overflow-wrap:anywhere}
.se header .sub{margin-left:auto}
.chip.own{--k:inherit;color:var(--k)}
.ftp .chip.own,.ftps .chip.own{--k:var(--ftp)}.sftp .chip.own{--k:var(--sftp)}.web .chip.own{--k:var(--http)}
.chip.clear{--k:var(--warn)}
.lanes{display:grid;gap:3px}
.lane{display:grid;grid-template-columns:64px minmax(0,auto) minmax(34px,1fr) minmax(0,auto);gap:2px 10px;align-items:center;min-height:26px}
.lane b{font-size:var(--text-sm);font-weight:600;color:var(--ink-2)}
.lane code{overflow-wrap:anywhere}
.lane code.no{color:var(--ink-3)}
.wire{--w:var(--ink-3);position:relative;height:2px;background:var(--w)}
.lane.data .wire{--w:var(--k)}
.lane.soon .wire{background:repeating-linear-gradient(90deg,var(--w) 0 4px,transparent 4px 9px)}
.wire i{position:absolute;top:-3px;left:calc(50% - 4px);width:8px;height:8px;border-radius:50%;background:var(--k);display:none}
.lane.run .wire i{display:block}
@media (prefers-reduced-motion:no-preference){.lane.run .wire i{animation:go 1.4s linear infinite}.lane.run.out .wire i{animation-direction:reverse}}
@keyframes go{from{left:-4px}to{left:calc(100% - 4px)}}
.lane .say{grid-column:2/-1;font-size:var(--text-sm);color:var(--ink-2)}
.mv{display:grid;grid-template-columns:minmax(0,1fr) auto;gap:3px 12px;align-items:center;background:var(--panel-2);border-radius:var(--r-3);padding:9px 12px}
.mv .f{overflow-wrap:anywhere;font-weight:600}
.mv .n{font:var(--text-sm) var(--mono);color:var(--ink-2);text-align:right}
.mv .sub,.mv progress{grid-column:1/-1}
.mv progress{width:100%;height:7px;appearance:none;border:0;border-radius:4px;overflow:hidden;background:var(--line)}
.mv progress::-webkit-progress-bar{background:var(--line)}
.mv progress::-webkit-progress-value{background:var(--k)}
.mv progress::-moz-progress-bar{background:var(--k)}
.none{padding:26px 22px;color:var(--ink-2);display:grid;gap:10px}
.none h2{font-size:var(--text-lg);color:var(--ink)}
.past{margin-top:24px}
.tbl{overflow:hidden}
table{border-collapse:collapse;width:100%}
th{text-align:left;font-weight:600;font-size:var(--text-code);color:var(--ink-2);background:var(--panel-3);border-bottom:1px solid var(--line);padding:8px 12px;white-space:nowrap}
th a{color:var(--ink-2);text-decoration:none;display:inline-flex;gap:6px;align-items:center}
th a:hover{text-decoration:underline}
th a svg{visibility:hidden}
th[aria-sort] a{color:var(--accent)}
th[aria-sort] a svg{visibility:visible}
th[aria-sort=descending] a svg{transform:rotate(180deg)}
thead td{background:var(--panel-3)}
td{padding:7px 12px;border-bottom:1px solid var(--line-2);vertical-align:middle}
tbody tr:last-child td{border-bottom:0}
.num{text-align:right;white-space:nowrap;font:var(--text-code) var(--mono);color:var(--ink-2)}
th.num{font:600 var(--text-code) var(--sans)}
th.num a{flex-direction:row-reverse}
.mono{font:var(--text-code) var(--mono);color:var(--ink-2);white-space:nowrap}
td.path{overflow-wrap:anywhere;min-width:120px;width:38%}
.way{white-space:nowrap;color:var(--ink-2)}
.bad{color:var(--deny)}
.side{display:grid;grid-template-columns:minmax(0,1fr);gap:16px}
.side section{padding:13px 16px 15px}
.side h2{font-size:var(--text-2xs);letter-spacing:.05em;text-transform:uppercase;color:var(--ink-3);margin-bottom:9px}
.ports{display:grid;gap:5px;font-size:var(--text-sm);color:var(--ink-2)}
.ports div:not(:first-child):has(span:not(:empty)){margin-top:3px}
.ports div{display:flex;justify-content:space-between;gap:8px}
.side .cmd{margin-bottom:8px}
.side p{font-size:var(--text-sm);color:var(--ink-2);margin-bottom:8px}
.crumb ol{display:flex;flex-wrap:wrap;align-items:center;font-size:22px;letter-spacing:-.02em;font-weight:600}
.crumb li{min-width:0;overflow-wrap:anywhere}
.crumb li+li::before{content:"/";color:var(--ink-3);margin:0 8px;font-weight:400}
.crumb a{text-decoration:none}
.crumb a:hover{text-decoration:underline}
.crumb h1{font-size:inherit;display:inline}
.crumb svg{width:19px;height:19px;vertical-align:-2px}
.bar{display:flex;gap:10px 14px;align-items:center;margin:6px 0 14px;color:var(--ink-2);font-size:var(--text-md);flex-wrap:wrap}
.bar form{display:flex;gap:8px;align-items:center;min-width:0;flex-wrap:wrap}
.bar form:first-of-type{margin-left:auto}
.bar input{min-width:0;max-width:250px}
.bar input[type=text]{height:31px;width:150px;border:1px solid var(--line);border-radius:7px;padding:0 9px;background:var(--panel)}
.bar ::file-selector-button{font:inherit;color:inherit;background:var(--panel);border:1px solid var(--line);border-radius:7px;padding:4px 10px;margin-right:8px;cursor:pointer}
td.nm a{display:flex;gap:11px;align-items:center;color:var(--ink);text-decoration:none;font-weight:550;min-height:30px;overflow-wrap:anywhere}
td.nm a:hover span{text-decoration:underline}
td.nm svg{width:24px;height:24px;flex:none}
td.nm span{min-width:0}
td.act{width:1%;text-align:right;white-space:nowrap}
td.act summary{cursor:pointer;color:var(--ink-3);font-size:var(--text-sm);list-style:none}
td.act summary:hover{color:var(--deny)}
td.act details[open] summary{display:none}
.danger{color:var(--deny);border-color:color-mix(in srgb,var(--deny) 40%,transparent);font-size:var(--text-sm)}
.said{background:var(--panel-2);border-radius:var(--r-3);padding:8px 13px;margin-bottom:12px}
.said.bad{background:var(--deny-soft)}
.pages{display:flex;gap:14px;align-items:center;justify-content:space-between;margin-top:14px;color:var(--ink-2)}
.door{max-width:560px;margin:8vh auto;padding:26px 28px;display:grid;gap:13px}
.door h1{font-size:var(--text-xl)}
@media (max-width:980px){.cols{grid-template-columns:minmax(0,1fr)}}
@media (max-width:760px){.cut{display:none}.lane{grid-template-columns:54px minmax(0,auto) minmax(20px,1fr) minmax(0,auto);gap:2px 6px}.bar form:first-of-type{margin-left:0}}
@media (max-width:520px){.cut2{display:none}.lane{grid-template-columns:minmax(0,auto) minmax(14px,1fr) minmax(0,auto)}.lane b,.lane .say{grid-column:1/-1}.lane b{margin-top:4px}.se header .sub{margin-left:0}td,th{padding-inline:9px}.bar form{flex:1 1 100%}.nav a{padding:6px 7px;font-size:var(--text-md)}}
@media (max-width:360px){.brand{font-size:0;gap:0}}
@media (min-width:1900px){.wrap{zoom:1.2}}
`;
