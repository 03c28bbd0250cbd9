/** What the inbox adds to the pages' common style. */
import { transcriptStyle } from "@socketscope/page";

export const style = `${transcriptStyle}
html,body{height:100%}
.wrap{max-width:none;padding:0;min-height:0;display:flex}
.top .find{flex:1;min-width:0}
.find input[type=search]{width:100%;height:34px;border:1px solid var(--line);border-radius:9px;padding:0 10px;background:var(--bg)}
.find input::placeholder{color:var(--ink-3);opacity:1}
.cap{font-size:var(--text-2xs);letter-spacing:.05em;text-transform:uppercase;color:var(--ink-3);padding:10px 10px 5px}
.sub{color:var(--ink-3);font-size:var(--text-sm)}
.danger{color:var(--deny);border-color:color-mix(in srgb,var(--deny) 40%,transparent)}
.inbox{flex:1;min-width:0;min-height:0;display:grid;grid-template-columns:238px 380px minmax(0,1fr);height:calc(100vh - 53px)}
.box,.list,.msg{min-height:0;min-width:0;background:var(--panel);display:flex;flex-direction:column;overflow:auto}
.box{border-right:1px solid var(--line);padding:12px 8px}
.list{border-right:1px solid var(--line)}
.box ul a{display:flex;align-items:center;gap:9px;padding:6px 10px;border-radius:8px;color:var(--ink);text-decoration:none}
.box ul a:hover{background:var(--panel-2)}
.box ul a[aria-current]{background:var(--sel);color:var(--accent);font-weight:600}
.box .name{overflow:hidden;text-overflow:ellipsis;white-space:nowrap;min-width:0}
.box ul b{margin-left:auto;font:600 var(--text-2xs) var(--sans);color:var(--ink-2)}
.box ul b.hot{background:var(--smtp);color:light-dark(#fff,#241300);border-radius:9px;padding:1px 7px}
.ports{padding:0 10px;display:grid;gap:4px;font-size:var(--text-xs);color:var(--ink-2)}
.ports div{display:flex;justify-content:space-between;gap:8px}
.ports code{white-space:nowrap}
.box .cmd{margin:0 8px 8px}
.phead{display:flex;align-items:baseline;gap:8px;padding:12px 16px 10px;border-bottom:1px solid var(--line);position:sticky;top:0;background:var(--panel)}
.phead :is(h1,h2){font-size:var(--text-base);overflow:hidden;text-overflow:ellipsis}
.phead .sub{margin-left:auto;white-space:nowrap}
.it{flex:1}
.it a{display:grid;grid-template-columns:minmax(0,1fr) auto;gap:1px 8px;padding:9px 16px 10px 13px;border-left:3px solid transparent;border-bottom:1px solid var(--line-2);color:var(--ink);text-decoration:none}
.it a:hover{background:var(--panel-3)}
.it a[aria-current]{background:var(--sel);border-left-color:var(--accent)}
.it .f,.it .s,.it .p{white-space:nowrap;overflow:hidden;text-overflow:ellipsis;min-width:0}
.it .un .f,.it .un .s{font-weight:650}
.it .un .f::before{content:"";display:inline-block;width:7px;height:7px;border-radius:50%;background:var(--accent);margin-right:6px}
.it time,.it .k{font:var(--text-2xs) var(--mono);color:var(--ink-3);text-align:right;align-self:center}
.it [aria-current] time,.it [aria-current] .k,.it [aria-current] .p{color:var(--ink-2)}
.it .p{color:var(--ink-3);font-size:var(--text-sm);grid-column:1/-1}
.it .bad .f code{color:var(--deny);font-weight:600}
.code{color:var(--deny);border:1px solid color-mix(in srgb,var(--deny) 40%,transparent);border-radius:5px;padding:0 6px;font-weight:600}
.mh .tuple{font:var(--text-sm) var(--mono);padding-bottom:12px}
.mh .tuple{flex-wrap:wrap;white-space:normal}
.mh .tuple .sub{font-family:var(--sans);margin-left:6px}
.why{background:light-dark(#fff8e8,#2b2412);border-bottom:1px solid var(--line);padding:9px 22px;font-size:var(--text-sm)}
.why b{color:var(--smtp)}
.msg .talk{padding-top:6px;overflow:auto;container-type:inline-size}
.mh{padding:15px 22px 0;border-bottom:1px solid var(--line);display:grid;gap:5px}
.mt{display:flex;gap:8px 12px;align-items:start;flex-wrap:wrap}
.mt h1{font-size:var(--text-xl);overflow-wrap:anywhere;flex:1 1 360px}
.acts{display:flex;gap:8px}
.mh p{overflow-wrap:anywhere}
.back{display:none}
.tabs{display:flex;gap:2px;overflow-x:auto;margin-top:6px}
.tabs a{padding:8px 11px;color:var(--ink-2);text-decoration:none;white-space:nowrap;border-bottom:2px solid transparent}
.tabs a[aria-current]{color:var(--accent);border-bottom-color:var(--accent);font-weight:600}
.tabs small{color:var(--ink-3)}
.body{flex:1;min-height:0;display:flex;flex-direction:column}
.body pre{margin:0;padding:18px 22px;font:var(--text-code)/1.5 var(--mono);white-space:pre-wrap;overflow-wrap:anywhere}
.sand{display:flex;gap:12px;align-items:center;justify-content:space-between;flex-wrap:wrap;background:var(--panel-2);padding:8px 22px;font-size:var(--text-sm);color:var(--ink-2)}
iframe{flex:1;min-height:380px;width:100%;border:0;background:#fff;color-scheme:light}
.hs{overflow:auto;padding:10px 22px}
.hs table{border-collapse:collapse;font:var(--text-code) var(--mono)}
.hs th,.hs td{text-align:left;vertical-align:top;padding:4px 12px 4px 0;overflow-wrap:anywhere;font-weight:400}
.hs thead th{font-family:var(--sans);color:var(--ink-3)}
.hs tbody th{color:var(--smtp);white-space:nowrap}
.att{padding:14px 22px;display:grid;gap:8px}
.note,.none{padding:22px;color:var(--ink-2)}
.none{display:grid;gap:10px;max-width:560px;margin:auto}
.said{padding:10px 22px 4px}
.talk{padding-bottom:18px}
.onward{display:flex;gap:0}
.onward input{width:190px;min-width:0;height:30px;border:1px solid var(--line);border-right:0;border-radius:8px 0 0 8px;padding:0 8px;background:var(--bg);font:var(--text-sm) var(--mono)}
.onward button{border-radius:0 8px 8px 0}
.said-so{background:var(--panel-2);border-radius:8px;padding:6px 12px}
.inbox.queue{grid-template-columns:238px minmax(0,1fr)}
.q{background:var(--panel);overflow:auto;min-height:0}
.qh{display:flex;gap:14px;align-items:end;padding:18px 26px 14px;flex-wrap:wrap}
.qh>div:first-child{flex:1;min-width:220px}
.qh h1{font-size:var(--text-xl)}
.stat{display:grid;grid-template-columns:repeat(4,1fr);gap:12px;padding:0 26px 16px}
.stat div{border:1px solid var(--line);border-radius:10px;padding:10px 14px}
.stat b{display:block;font-size:var(--text-xl);font-variant-numeric:tabular-nums}
.stat span{color:var(--ink-3);font-size:var(--text-sm)}
.qi{--k:var(--smtp);margin:0 26px 12px;border:1px solid var(--line);border-left:4px solid var(--k);border-radius:10px;display:grid;grid-template-columns:minmax(0,1fr) 330px auto;gap:4px 22px;padding:12px 16px}
.qi.ok{--k:var(--ok)}.qi.late{--k:var(--deny)}.qi.held{--k:var(--ink-3)}
.qi h2{font-size:var(--text-base);overflow-wrap:anywhere}
.qi .st{font:600 var(--text-2xs) var(--sans);letter-spacing:.05em;text-transform:uppercase;color:var(--k);margin-left:6px}
.qi .rp{font:var(--text-sm) var(--mono);margin-top:5px;overflow-wrap:anywhere}
.qi .ex{color:var(--ink-2);font-size:var(--text-sm)}
.qi .m{overflow-wrap:anywhere}
.rt{width:100%;height:52px;display:block}
.rt text{font:10.5px var(--mono);fill:var(--ink-3)}
.rt .axis{stroke:var(--line);stroke-width:2}
.rt .try{stroke:var(--k);stroke-width:2.2;fill:none}
.rt .now{stroke:var(--accent);stroke-width:1.5}
.rt text.now{stroke:none;fill:var(--accent)}
.rt circle{fill:var(--panel);stroke:var(--k);stroke-width:2}
.qi .ac{display:flex;flex-direction:column;gap:6px}
.qi .ac button{font-size:var(--text-sm);padding:3px 12px;width:100%}
.torn{color:var(--deny)}
@container (max-width:560px){.row{grid-template-columns:84px minmax(0,1fr);padding-inline:14px}.row .t,.row .ly{display:none}.row.server .who{justify-content:flex-start}.row .rfc{grid-column:2;justify-self:start;margin-top:3px}}
@media (max-width:1100px){.inbox{grid-template-columns:210px 320px minmax(0,1fr)}}
@media (max-width:1300px){.qi{grid-template-columns:minmax(0,1fr)}.qi .ac{flex-direction:row}.rt{max-width:330px}}
@media (max-width:900px){.inbox.queue{display:block}.stat{grid-template-columns:1fr 1fr;padding-inline:14px}.qi{margin-inline:14px}.qh{padding-inline:14px}.onward{flex:1 1 100%;order:9}.onward input{flex:1;width:auto}.acts{flex-wrap:wrap}html,body{height:auto}.inbox{display:block;height:auto}.inbox.reading .box,.inbox.reading .list,.inbox.apart .box,.inbox.searching .box{display:none}.phead .back{padding:0}.back{display:block;padding-bottom:4px}.box,.list{border-right:0;border-bottom:1px solid var(--line)}.listening{display:none}.inbox:not(.reading) .msg{display:none}.top{flex-wrap:wrap;padding-block:8px}.top .find{order:9;flex-basis:100%}.top [data-theme-switch]{margin-left:auto}}
`;
