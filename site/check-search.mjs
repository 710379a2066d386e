/**
 * Asks the search of the built site for every public method, and fails unless the page that explains it is
 * among the first three results: node check-search.mjs, after the build.
 */

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import MiniSearch from "minisearch";

const here = import.meta.dirname;
const chunks = join(here, "dist/assets/chunks");
const file = readdirSync(chunks).find((name) => name.startsWith("@localSearchIndexroot"));
if (file === undefined) throw new Error(`${chunks} has no search index, build the site first`);
const { default: index } = await import(join(chunks, file));

// As the site's own search asks.
const search = MiniSearch.loadJSON(index, {
  fields: ["title", "titles", "text"],
  storeFields: ["title", "titles"],
  searchOptions: { fuzzy: 0.2, prefix: true, boost: { title: 4, text: 2, titles: 1 } },
});

const reference = join(here, "../docs/reference");
const methods = readdirSync(reference).flatMap((page) => {
  const text = readFileSync(join(reference, page), "utf8");
  const path = `/reference/${page.replace(/\.md$/, "")}`;
  return [...text.matchAll(/^## (\w+(?:\.\w+)+)$/gm)].map(([, name]) => ({ name, path }));
});

const members = (file, name, path) => {
  const text = readFileSync(join(here, "..", file), "utf8");
  const [body] =
    /^export interface (?:OAuthResource|OnboardingResource|BaseClient)[\s\S]*?^}/m.exec(text);
  return [...body.matchAll(/^ {2}(\w+)\(/gm)].map(([, member]) => ({ name: name + member, path }));
};
methods.push(
  ...members("src/oauth/resource.ts", "oauth.", "/oauth"),
  ...members("src/onboarding/resource.ts", "onboarding.", "/onboarding-many"),
  ...members("src/client/client-types.ts", "client.", "/client"),
);

const missed = methods.filter(({ name, path }) => {
  const pages = [...new Set(search.search(name).map(({ id }) => id.split("#")[0]))];
  return !pages.slice(0, 3).includes(path);
});
for (const { name, path } of missed) console.error(`A search for ${name} does not find ${path}`);
console.log(`${methods.length - missed.length} of ${methods.length} methods found`);
process.exitCode = methods.length === 0 || missed.length > 0 ? 1 : 0;
