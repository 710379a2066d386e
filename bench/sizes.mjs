/** `npm run sizes`: how large an app becomes as one minified file. `scripts/check-bundles.ts` has the limits. */

import { prepare } from "./lib/prepare.mjs";
import { sizeTable } from "./lib/report.mjs";
import { measureSizes } from "./lib/sizes.mjs";

prepare();
process.stdout.write(`${sizeTable(await measureSizes())}\n`);
