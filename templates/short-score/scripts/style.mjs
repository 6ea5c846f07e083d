export const STYLE = `
:root { color-scheme: light dark; --ink: #1d2433; --quiet: #677084; --line: #e3e6ec; --card: #f6f7f9; --paper: #fff; --p0: #2f6db5; --p1: #e3a02c; --p2: #2f9a86; --p3: #c55a7d; --up: #217a4b; --down: #b23b3b; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e9ef; --quiet: #98a1b3; --line: #2c3342; --card: #1d2230; --paper: #141822; --p0: #5b96dc; --p1: #e8b04c; --p2: #4fb9a4; --p3: #db7f9d; --up: #5cc08a; --down: #e57b7b; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 36px 24px 56px; max-width: 968px; background: var(--paper); color: var(--ink); font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; }
h1 { margin: 0; font-size: 28px; letter-spacing: -0.02em; }
h2 { margin: 36px 0 12px; font-size: 17px; }
header p { margin: 2px 0 0; color: var(--quiet); }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(190px, 1fr)); gap: 12px; margin: 24px 0 0; }
.tiles div { padding: 14px 16px; border-radius: 10px; background: var(--card); }
.tiles dt { color: var(--quiet); font-size: 13px; }
.tiles dd { margin: 2px 0 0; font-size: 23px; font-weight: 650; letter-spacing: -0.01em; }
.tiles small { display: block; color: var(--quiet); font-size: 13px; font-weight: 400; letter-spacing: 0; }
.chart { width: 100%; min-width: 640px; height: auto; font-size: 13px; fill: var(--ink); }
.chart .name, .chart .total { font-weight: 600; }
.chart .tick { fill: var(--quiet); font-size: 11.5px; }
.chart .grid { stroke: var(--line); }
.part-0 { fill: var(--p0); } .part-1 { fill: var(--p1); } .part-2 { fill: var(--p2); } .part-3 { fill: var(--p3); }
.scroll { overflow-x: auto; }
table { width: 100%; border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { padding: 6px 10px; border-bottom: 1px solid var(--line); text-align: right; white-space: nowrap; }
th { color: var(--quiet); font-size: 13px; font-weight: 500; }
.text { text-align: left; font-weight: 600; }
th.text { font-weight: 500; }
tbody tr:hover { background: var(--card); }
.up { color: var(--up); } .down { color: var(--down); } .quiet { color: var(--quiet); }
footer { margin-top: 28px; color: var(--quiet); font-size: 13.5px; }
.note { padding: 10px 14px; border-left: 3px solid var(--p1); background: var(--card); color: var(--ink); }
`;
