/** A file of its own, because a bundler keeps all of zod, with its 60 languages, for `import("zod")`. */

import { unknown, type ZodType } from "zod";

export const unknownSchema: ZodType<unknown> = unknown();
