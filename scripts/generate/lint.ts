/** Checks the description, as written and as published, with Redocly's linter. */

import { join, relative } from "node:path";
import { createConfig, lint } from "@redocly/openapi-core";

/** One line per finding; none when all is well. */
export async function lintDescriptions(root: string): Promise<readonly string[]> {
  const config = await createConfig({
    extends: ["recommended-strict"],
    rules: {
      // Webhooks carry shapes that no operation uses.
      "no-unused-components": "off",
      // The API has /accounts/{id}/update beside /accounts/invitation_links/{id}.
      "no-ambiguous-paths": "off",
    },
  });
  const findings: string[] = [];
  for (const name of ["spec/openapi.yaml", "spec/openapi.generated.json"]) {
    for (const { message, ruleId, location } of await lint({ ref: join(root, name), config })) {
      const [place] = location;
      const file = place ? relative(root, place.source.absoluteRef) : name;
      findings.push(`${file}${place?.pointer ?? ""}: ${message} (${ruleId})`);
    }
  }
  return findings;
}
