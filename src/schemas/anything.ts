/** The shape of an answer that nobody has modelled. */

import type { Shape } from "./shape.js";

export const anything: Shape<unknown> = {
  name: "unknown",
  fits: () => true,
  schema: () => import("zod").then((zod) => zod.unknown()),
};
