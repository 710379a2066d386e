/** Pages that the emulator serves to people: plain HTML, without a script. */

import type { EmulatedResponse } from "./exchange.js";
import { Html, html, palette } from "./html.js";

/** A whole page that may not be cached, framed or named to other sites. */
export function page(
  status: number,
  heading: string,
  content: Html,
  title = heading,
): EmulatedResponse {
  return {
    status,
    headers: {
      "content-type": "text/html; charset=utf-8",
      "cache-control": "no-store",
      "content-security-policy":
        "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; frame-ancestors 'none'",
      // With `no-referrer`, a browser would send the forms of the page with the origin `null`.
      "referrer-policy": "same-origin",
    },
    body: layout(title, heading, content).text,
    delivery: "whole",
  };
}

function layout(title: string, heading: string, content: Html): Html {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title} - Airwallex emulator</title>
<link rel="icon" href="data:,">
<style>${new Html(style)}</style>
</head>
<body>
<header>Airwallex emulator</header>
<main>
<h1>${heading}</h1>
${content}
</main>
<footer>This page is served by an emulator on your machine. No account here is real.</footer>
</body>
</html>
`;
}

export function redirect(status: 302 | 303, location: string): EmulatedResponse {
  const headers = { location, "cache-control": "no-store", "referrer-policy": "no-referrer" };
  return { status, headers, body: "", delivery: "whole" };
}

/** For a request that must not be redirected anywhere. */
export function showRefusal(message: string): EmulatedResponse {
  return page(
    400,
    "This link does not work",
    html`<p>${message}</p><p>Go back to the app that sent you here and try again.</p>`,
  );
}

const style = `${palette}
* { box-sizing: border-box; }
body { margin: 0; padding: 2rem 1rem; background: var(--page); color: var(--ink);
  font: 1rem/1.5 system-ui, sans-serif; }
header, main, footer { max-width: 28rem; margin: 0 auto; }
header { padding: 0 0 1rem; font-weight: 600; }
main { padding: 1.75rem; background: var(--card); border: 1px solid var(--line); border-radius: .75rem; }
footer { padding: 1rem 0; color: var(--soft); font-size: .875rem; }
h1 { margin: 0 0 .5rem; font-size: 1.5rem; line-height: 1.25; overflow-wrap: anywhere; }
h2 { margin: 1.25rem 0 .25rem; font-size: 1rem; }
p { margin: 0 0 1rem; overflow-wrap: anywhere; }
label, legend { font-weight: 600; }
fieldset { margin: 0 0 1rem; padding: 0; border: 0; min-width: 0; }
legend { padding: 0 0 .5rem; }
input[type=text], input[type=email] { width: 100%; margin: .25rem 0 1rem; padding: .6rem .75rem;
  font: inherit; color: inherit; background: transparent; border: 1px solid var(--soft); border-radius: .5rem; }
input[aria-invalid] { border-color: var(--bad); }
.choice { display: flex; gap: .75rem; padding: .75rem; margin: 0 0 .5rem; font-weight: 400;
  border: 1px solid var(--line); border-radius: .5rem; overflow-wrap: anywhere; }
.choice:has(:checked) { border-color: var(--accent); }
.choice input { accent-color: var(--accent); margin: .3rem 0 0; flex: none; }
.choice small { display: block; color: var(--soft); }
ul { margin: .25rem 0 1.25rem; padding: 0 0 0 1.25rem; }
.actions { display: flex; flex-wrap: wrap; gap: .75rem; margin: 1.25rem 0 0; }
button { flex: 1 1 auto; padding: .65rem 1.1rem; font: inherit; font-weight: 600; color: var(--accent);
  background: transparent; border: 1px solid var(--accent); border-radius: .5rem; cursor: pointer; }
button.main { color: var(--on-accent); background: var(--accent); }
button.link { margin: 0 0 .5rem; padding: 0; font-weight: 400; text-align: left; border: 0;
  text-decoration: underline; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
.problem { padding: .6rem .75rem; color: var(--bad); border: 1px solid var(--bad); border-radius: .5rem; }
`;
