/** The description after expansion: every schema states exactly what it accepts in its direction. */

import type {
  ArrayLimits,
  EventFormat,
  Format,
  MapLimits,
  NumberLimits,
  SourceOperation,
  StringLimits,
} from "./source.js";

export type Direction = "request" | "response";

/** What a value may be. Limits are empty in responses, where they are not checked. */
export type Node =
  | ObjectNode
  | { readonly kind: "map"; readonly values: Node; readonly limits: MapLimits }
  | { readonly kind: "array"; readonly items: Node; readonly limits: ArrayLimits }
  | StringNode
  | { readonly kind: "number" | "integer"; readonly limits: NumberLimits }
  | { readonly kind: "boolean" | "unknown" }
  /** An exact decimal, as a string or a number; validated only if `checked`. */
  | { readonly kind: "decimal"; readonly checked: boolean }
  | EnumNode
  | { readonly kind: "ref"; readonly name: string };

export interface ObjectNode {
  readonly kind: "object";
  /** Refuses members that it does not name. */
  readonly strict: boolean;
  /** Is sent, and may have members that it does not name. */
  readonly open: boolean;
  readonly members: readonly Member[];
}

export interface StringNode {
  readonly kind: "string";
  readonly limits: StringLimits;
  /** The format of the string, for readers; validated only if the limits say so too. */
  readonly format?: Format;
}

export interface EnumNode {
  readonly kind: "enum";
  readonly values: readonly string[];
  /** Accepts any string, and lists the known values. */
  readonly open: boolean;
}

export interface Member {
  readonly name: string;
  readonly docs: Docs;
  readonly node: Node;
  readonly optional: boolean;
  readonly nullable: boolean;
  /** In an input: its type has null, which the client leaves out. Its schema has not. */
  readonly nullLeftOut: boolean;
}

export interface Docs {
  readonly description: string;
  readonly pii: boolean;
  /** Not documented, but present in real responses. */
  readonly observed: boolean;
}

export interface Schema {
  readonly name: string;
  readonly subject: string;
  readonly direction: Direction;
  readonly where: string;
  readonly docs: Docs;
  readonly node: Node;
}

/** An operation, with the names of its shapes after expansion. */
export interface Operation {
  readonly source: SourceOperation;
  readonly pathParameters: readonly Member[];
  /** The schema of what its method takes, where that is generated. */
  readonly params?: string;
  readonly query?: { readonly schema: string; readonly required: boolean };
  readonly body?: { readonly schema: string; readonly required: boolean };
  readonly response?: string;
}

/** One webhook event: the schema of its data, by how the subscription spells it. */
export interface EventModel {
  readonly name: string;
  readonly schemas: Readonly<Partial<Record<EventFormat, string>>>;
}

export interface Model {
  /** Each one comes after those it refers to. */
  readonly schemas: readonly Schema[];
  readonly operations: readonly Operation[];
  /** By name. */
  readonly events: readonly EventModel[];
  /** The name that a schema of the source has in a direction, apart from bodies of requests. */
  readonly nameOf: (source: string, direction: Direction) => string;
}

/** The schemas that a node refers to. */
export function references(node: Node): readonly string[] {
  switch (node.kind) {
    case "ref":
      return [node.name];
    case "object":
      return node.members.flatMap((member) => references(member.node));
    case "map":
      return references(node.values);
    case "array":
      return references(node.items);
    default:
      return [];
  }
}
