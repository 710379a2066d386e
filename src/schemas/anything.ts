/** The shape of a response that is not modelled. */

import type { Shape } from "./shape.js";

export const anything: Shape<unknown> = {
  name: "unknown",
  fits: () => true,
  schema: () => import("zod").then((zod) => zod.unknown()),
};
