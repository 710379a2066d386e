/** The shape of an answer that nobody has modelled. */

import type { Shape } from "./endpoint.js";

export const anything: Shape<unknown> = {
  name: "unknown",
  is: (_value): _value is unknown => true,
  schema: () => import("zod").then((zod) => zod.unknown()),
};
