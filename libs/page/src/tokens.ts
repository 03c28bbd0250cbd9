/**
 * The colours, type, spacing and protocol hues that every page shares. The theme follows the system;
 * `<html data-theme="light">` or `"dark"` forces it. Every ink reaches 4.5:1 on every surface.
 */
export const tokens = `:root{
color-scheme:light dark;
--bg:light-dark(#f6f7f9,#0e1116);--panel:light-dark(#fff,#151a21);--panel-2:light-dark(#f0f2f5,#1b212a);--panel-3:light-dark(#fafbfc,#171d25);
--line:light-dark(#dfe3e8,#2a323d);--line-2:light-dark(#eceff3,#212832);
--ink:light-dark(#16202c,#e7ecf2);--ink-2:light-dark(#4b5868,#a9b5c3);--ink-3:light-dark(#5c6979,#93a0af);
--accent:light-dark(#1b57d6,#7fabff);--on-accent:light-dark(#fff,#0b1220);--sel:light-dark(#e6eeff,#1c2b4a);
--ok:light-dark(#12703a,#5fd08c);--on-ok:light-dark(#fff,#07140c);
--deny:light-dark(#b3261e,#ff8a80);--deny-soft:light-dark(#fdeceb,#38191a);
--warn:light-dark(#7d5700,#e3c25a);--warn-soft:light-dark(#fff8e8,#241d0f);--warn-line:light-dark(#f0e2c4,#453a1e);
--hold:light-dark(#7a4300,#ffbf66);--on-hold:light-dark(#fff,#1d1100);--hold-soft:light-dark(#fff3e0,#2c200f);--hold-line:light-dark(#eac894,#5e4418);
--http:light-dark(#1b57d6,#7fabff);--smtp:light-dark(#a34a00,#f5a65b);--ftp:light-dark(#12703a,#5fd08c);--sftp:light-dark(#0b6b7d,#58c9dd);
--video:light-dark(#7030c9,#c19bff);--socket:light-dark(#5b6676,#9aa7b6);--tls:light-dark(#7d5700,#e3c25a);
--t1:light-dark(#dbe7ff,#1f3a6e);--t2:light-dark(#ffe7cf,#5a3413);--t3:light-dark(#d8f3e2,#14472b);--t4:light-dark(#ecdffc,#42266d);
--d1:light-dark(#fff8e1,#262112);--d1-mark:light-dark(#ffe49a,#57480f);--d2:light-dark(#fdeceb,#311a1c);--d2-mark:light-dark(#fac9c5,#6b2a2c);
--sans:Inter,ui-sans-serif,system-ui,"Segoe UI",Roboto,sans-serif;
--mono:"JetBrains Mono",ui-monospace,"Cascadia Code",Menlo,Consolas,"DejaVu Sans Mono",monospace;
--text-3xs:10px;--text-2xs:11px;--text-xs:11.5px;--text-sm:12px;--text-code:12.5px;--text-md:13px;--text-base:14px;--text-lg:15px;--text-xl:20px;--text-2xl:26px;
--sp-1:2px;--sp-2:4px;--sp-3:6px;--sp-4:8px;--sp-5:12px;--sp-6:16px;--sp-7:24px;--sp-8:36px;
--r-1:4px;--r-2:6px;--r-3:8px;--r-4:12px;--r-full:999px;
}
:root[data-theme=light]{color-scheme:light}
:root[data-theme=dark]{color-scheme:dark}
`;
