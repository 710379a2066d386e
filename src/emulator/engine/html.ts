/** Writes HTML, escaping every value that is not HTML itself. */

export class Html {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

type Part = Html | string | undefined | readonly Html[];

export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Html {
  return new Html(String.raw({ raw: strings }, ...parts.map(write)));
}

function write(part: Part): string {
  if (part === undefined) return "";
  if (part instanceof Html) return part.text;
  if (typeof part !== "string") return part.map((one) => one.text).join("");
  return part.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** The colours of every page, light and dark. */
export const palette = `
:root { color-scheme: light dark; --ink: #1c2130; --soft: #586074; --line: #c9cedb; --page: #f3f5f9;
  --card: #fff; --accent: #4a3fd1; --on-accent: #fff; --bad: #b3261e; --good: #18794e; }
@media (prefers-color-scheme: dark) { :root { --ink: #eceef4; --soft: #a9b0c2; --line: #454c5f;
  --page: #14171f; --card: #1e222d; --accent: #a79fff; --on-accent: #17132f; --bad: #ff9d94; --good: #5fd3a0; } }
`;
