/** The style of the provider's pages, like the console's. One string, so that the pages' policy can allow it by its hash. */
export const STYLE = `
:root {
  color-scheme: dark;
  --ground: #0d1016; --panel: #151a23; --line: #262d3a; --text: #e8ebf1; --quiet: #9aa4b5;
  --accent: #7aa7ff; --on-accent: #0a1222; --bad: #ff8f87;
}
* { box-sizing: border-box; }
body {
  margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 1.5rem;
  background: radial-gradient(60rem 40rem at 50% -10rem, #182238, transparent) var(--ground);
  color: var(--text); font: 1rem/1.55 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif;
}
main {
  width: min(100%, 25rem); padding: 2rem; border: 1px solid var(--line); border-radius: 1rem;
  background: var(--panel); box-shadow: 0 1.5rem 4rem #0006;
}
.brand { display: flex; align-items: center; gap: .6rem; margin: 0 0 1.75rem; font-weight: 650; letter-spacing: .01em; }
.brand span {
  width: 1.15rem; height: 1.15rem; border: .2rem solid var(--accent); border-right-color: transparent;
  border-radius: 50%; transform: rotate(-35deg);
}
h1 { margin: 0 0 .5rem; font-size: 1.5rem; line-height: 1.25; letter-spacing: -.01em; }
.lead { margin: 0 0 1.5rem; color: var(--quiet); font-size: .925rem; }
main > :last-child { margin-bottom: 0; }
label { display: block; margin-bottom: .4rem; font-size: .875rem; font-weight: 550; }
input, button { width: 100%; min-height: 2.75rem; padding: 0 .9rem; border-radius: .6rem; font: inherit; }
input[type=hidden] { display: none; }
input:not([type=hidden]) { border: 1px solid #3a4456; background: #0e131b; color: inherit; margin-bottom: 1rem; }
input::placeholder { color: #667085; }
input[aria-invalid] { border-color: var(--bad); }
.problem { margin: -.4rem 0 1rem; color: var(--bad); font-size: .875rem; }
button { border: 0; background: var(--accent); color: var(--on-accent); font-weight: 600; cursor: pointer; }
button:hover { filter: brightness(1.08); }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
`;
