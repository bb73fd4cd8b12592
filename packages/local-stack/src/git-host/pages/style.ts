/** The style sheet of the git host's pages: system fonts, light and dark by the person's setting. */
export const STYLE = `
:root { color-scheme: light dark; --ground: #fff; --raised: #f5f7f9; --line: #d5dbe1; --text: #1a2129; --quiet: #566370; --accent: #0b5cad; }
@media (prefers-color-scheme: dark) {
  :root { --ground: #14191f; --raised: #1d242c; --line: #38424d; --text: #e6ebf0; --quiet: #a3b0bd; --accent: #79b8ff; }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--text); font: 15px/1.5 system-ui, sans-serif; }
a { color: var(--accent); }
a:focus-visible, button:focus-visible, input:focus-visible, pre:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
header { display: flex; gap: 1rem; align-items: center; padding: .75rem 1.5rem; border-bottom: 1px solid var(--line); background: var(--raised); }
header nav { margin-left: auto; display: flex; gap: 1rem; align-items: center; }
header form { margin: 0; }
main { max-width: 72rem; margin: 0 auto; padding: 1.5rem; }
h1 { font-size: 1.4rem; margin: 0 0 .5rem; overflow-wrap: anywhere; }
h2 { font-size: 1.1rem; margin: 2rem 0 .5rem; }
p.quiet, .quiet { color: var(--quiet); }
table { width: 100%; border-collapse: collapse; border: 1px solid var(--line); }
th, td { text-align: left; padding: .4rem .75rem; border-bottom: 1px solid var(--line); vertical-align: top; overflow-wrap: anywhere; }
th { background: var(--raised); font-weight: 600; }
code, pre, .mono { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; font-size: .87em; }
pre { margin: 0; padding: 1rem; border: 1px solid var(--line); background: var(--raised); overflow: auto; tab-size: 4; }
.tabs { display: flex; flex-wrap: wrap; gap: 1rem; margin: 1rem 0; padding: 0; list-style: none; }
.badge { border: 1px solid var(--line); border-radius: 1rem; padding: 0 .6rem; font-size: .8rem; color: var(--quiet); }
form.stack { display: grid; gap: .75rem; max-width: 32rem; }
fieldset { border: 1px solid var(--line); }
label { display: block; }
input[type=text] { width: 100%; padding: .4rem; font: inherit; color: inherit; background: var(--ground); border: 1px solid var(--quiet); }
button { font: inherit; padding: .35rem .9rem; border: 1px solid var(--accent); background: var(--ground); color: var(--accent); border-radius: 4px; cursor: pointer; }
button.primary { background: #0b5cad; border-color: #0b5cad; color: #fff; justify-self: start; }
.notice { border: 1px solid var(--accent); padding: .75rem 1rem; margin: 1rem 0; background: var(--raised); }
`;
