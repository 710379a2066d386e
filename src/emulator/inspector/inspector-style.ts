/** How the inspector's page looks. Its colours are those of all pages. */

export const inspectorStyle = `
* { box-sizing: border-box; }
[hidden] { display: none !important; }
body { margin: 0; background: var(--page); color: var(--ink); font: .875rem/1.45 system-ui, sans-serif; }
header { display: flex; flex-wrap: wrap; gap: .5rem 1.5rem; align-items: center; padding: .75rem 1.25rem; }
header p { margin: 0; color: var(--soft); }
h1 { margin: 0; font-size: 1.125rem; }
h2 { margin: 0; font-size: 1rem; overflow-wrap: anywhere; }
h2 span { color: var(--soft); font-weight: 400; }
form { display: flex; flex-wrap: wrap; gap: .4rem .75rem; align-items: center; }
label { display: inline-flex; gap: .35rem; align-items: center; color: var(--soft); }
input, select, button { padding: .2rem .5rem; color: var(--ink); background: var(--card); font: inherit;
  border: 1px solid var(--line); border-radius: .375rem; max-width: 100%; }
button { cursor: pointer; }
button:hover, button:focus-visible { border-color: var(--accent); }
#message:not(:empty) { color: var(--bad); }
#clock { font-variant-numeric: tabular-nums; }
small, .soft { color: var(--soft); }
.good { color: var(--good); } .bad { color: var(--bad); }
main { display: grid; gap: 1rem; padding: .25rem 1.25rem 1.25rem; grid-template-columns: minmax(0, 1fr); }
section { padding: .9rem 1rem; background: var(--card); border: 1px solid var(--line); border-radius: .75rem; min-width: 0; }
section form { margin: .6rem 0 0; }
.scroll { overflow: auto; max-height: 45vh; margin-top: .5rem; }
table { width: 100%; border-collapse: collapse; white-space: nowrap; }
th { position: sticky; top: 0; background: var(--card); color: var(--soft); font-weight: 600; text-align: left; }
th, td { padding: .3rem .75rem .3rem 0; border-bottom: 1px solid var(--line); vertical-align: top; }
td { font-variant-numeric: tabular-nums; max-width: 16rem; overflow: hidden; text-overflow: ellipsis; }
td:first-child { max-width: 24rem; }
#section-transfers td, #section-payouts td, #section-ledger td, #section-rfis td, #section-connections td, #section-subscriptions td { max-width: 9.5rem; }
th:last-child, td:last-child { position: sticky; right: 0; padding: .3rem 0 .3rem .5rem; background: var(--card); text-align: right; }
td button { padding: 0 .35rem; color: var(--soft); background: none; font-size: .75rem; }
a { color: var(--accent); text-decoration: none; }
a:hover { text-decoration: underline; }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
dialog { width: min(64rem, 96vw); max-height: 92vh; padding: 1rem 1.25rem; color: var(--ink); background: var(--card);
  border: 1px solid var(--line); border-radius: .75rem; }
dialog::backdrop { background: #0008; }
.bar { display: flex; justify-content: space-between; gap: 1rem; align-items: start; }
.bar > span { flex: none; }
.actions { display: flex; flex-wrap: wrap; gap: .5rem 1.5rem; margin: .75rem 0; }
.actions:empty { display: none; }
.problem { color: var(--bad); margin: .5rem 0; }
h3 { margin: 1rem 0 .25rem; font-size: .875rem; }
#content table { white-space: normal; font-size: .8125rem; }
#content th, #content td { position: static; max-width: none; padding: .3rem .75rem .3rem 0; overflow-wrap: anywhere; text-align: left; }
del { color: var(--bad); text-decoration: none; } ins { color: var(--good); text-decoration: none; }
.tree { margin: .75rem 0 0; font: .8125rem/1.5 ui-monospace, monospace; overflow-wrap: anywhere; }
.tree details > div, .tree details > details { margin-left: 1.1rem; }
.tree summary { cursor: pointer; }
.tree b { font-weight: 400; color: var(--soft); }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 1px; }
@media (max-width: 40rem) {
  header, main { padding-left: .75rem; padding-right: .75rem; }
  section { padding: .75rem; }
  .bar { flex-direction: column-reverse; gap: .5rem; }
  main thead { display: none; }
  main table, main tbody, main tr, main td { display: block; max-width: none; }
  main tr { padding: .5rem 0; border-bottom: 1px solid var(--line); }
  main td { display: flex; gap: .75rem; padding: .1rem 0; border: 0; white-space: normal; overflow-wrap: anywhere; }
  main td::before { content: attr(data-head); flex: 0 0 7rem; color: var(--soft); }
  main td[title=""] { display: none; }
  main td:last-child { position: static; padding: .25rem 0 0; }
}
`;
