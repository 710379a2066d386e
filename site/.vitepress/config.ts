/** The site of the documentation: every page of ../docs, in this order. `npm run docs` builds it. */

import { copyFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitepress";

const repository = "https://github.com/airwallex-connect/airwallex-connect";

const manifest = fileURLToPath(new URL("../package.json", import.meta.url));

const guides = [
  {
    text: "Start",
    pages: [
      ["Getting started", "getting-started"],
      ["Errors, by code", "errors"],
      ["Migration", "migration"],
    ],
  },
  {
    text: "What you build",
    pages: [
      ["Onboarding", "onboarding"],
      ["Many accounts at once", "onboarding-many"],
      ["Verification", "kyc"],
      ["Rules of verification", "kyc-rules"],
      ["Money", "money"],
      ["Strong customer authentication", "sca"],
      ["OAuth", "oauth"],
      ["Webhooks", "webhooks"],
    ],
  },
  {
    text: "Where it runs",
    pages: [
      ["Frameworks", "frameworks"],
      ["Serverless", "serverless"],
      ["Stores", "stores"],
      ["Many processes", "scaling"],
      ["Testing", "testing"],
      ["The emulator", "emulator"],
    ],
  },
  {
    text: "Going live",
    pages: [
      ["Checklist", "going-live"],
      ["Observability", "observability"],
      ["Security", "security"],
      ["Versions", "versioning"],
    ],
  },
] as const;

const titles: Readonly<Record<string, string>> = { oauth: "OAuth", rfis: "RFIs" };

/** The pages that are generated for each subject. */
function reference() {
  return readdirSync(new URL("../../docs/reference", import.meta.url))
    .map((file) => file.replace(/\.md$/, ""))
    .map((name) => ({
      text:
        titles[name] ?? name.replaceAll("-", " ").replace(/^./, (letter) => letter.toUpperCase()),
      link: `/reference/${name}`,
    }));
}

export default defineConfig({
  title: "airwallex-connect",
  description: "A typed client for Airwallex connected accounts, and an emulator of that API",
  lang: "en",
  srcDir: "../docs",
  outDir: "dist",
  cleanUrls: true,
  lastUpdated: false,
  // The pages are outside of this folder, and vue is inside.
  vite: {
    plugins: [
      {
        name: "vue-of-this-folder",
        enforce: "pre",
        resolveId(source, importer, options) {
          if (!/^vue(\/|$)/.test(source) || importer === manifest) return null;
          if (options.ssr) return { id: source, external: true };
          return this.resolve(source, manifest, { ...options, skipSelf: true });
        },
      },
    ],
  },
  buildEnd: ({ outDir }) =>
    copyFileSync(new URL("../../llms.txt", import.meta.url), join(outDir, "llms.txt")),
  // A link to a page that is not there ends the build.
  ignoreDeadLinks: false,
  markdown: {
    anchor: { slugify: githubSlug },
    config(md) {
      md.core.ruler.push("links-to-the-repository", ({ tokens }) => {
        for (const token of tokens.flatMap(({ children }) => children ?? [])) {
          const url = token.type === "link_open" ? token.attrGet("href") : undefined;
          const outside =
            url &&
            /^(?:\.\.\/)+((?:README|SECURITY|CHANGELOG|examples|spec|test|ARCHITECTURE)\b.*)$/.exec(
              url,
            );
          if (outside) token.attrSet("href", `${repository}/blob/main/${outside[1]}`);
        }
      });
    },
  },
  themeConfig: {
    search: { provider: "local" },
    nav: [
      { text: "Guide", link: "/getting-started" },
      { text: "Reference", link: "/api" },
    ],
    sidebar: [
      ...guides.map(({ text, pages }) => ({
        text,
        items: pages.map(([title, page]) => ({ text: title, link: `/${page}` })),
      })),
      {
        text: "Reference",
        items: [
          { text: "The client", link: "/client" },
          { text: "Every method", link: "/api" },
          ...reference(),
        ],
      },
    ],
    outline: { level: [2, 3] },
    socialLinks: [{ icon: "github", link: repository }],
    editLink: { pattern: `${repository}/edit/main/docs/:path` },
  },
});

/** Anchors as on GitHub, so that a link works in both places. */
function githubSlug(heading: string): string {
  return heading
    .toLowerCase()
    .trim()
    .replace(/[^\p{L}\p{N}\s_-]/gu, "")
    .replaceAll(" ", "-");
}
