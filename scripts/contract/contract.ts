/**
 * The contract of the API as data: what Airwallex's OpenAPI document says of each operation, and in the
 * same form what spec/ says, so that the two can be compared.
 */

export interface Contract {
  /** The API version of the document, such as `2026-08-21`. */
  readonly version: string;
  /** By method and path: `POST /api/v1/accounts/create`. */
  readonly operations: ReadonlyMap<string, ContractOperation>;
  /** Endpoints of which only the name is kept, because nothing here models them. */
  readonly others: ReadonlySet<string>;
  readonly schemas: ReadonlyMap<string, Shape>;
}

export interface ContractOperation {
  /** Whether a token from OAuth may call it. */
  readonly oauth: boolean;
  readonly status: number;
  readonly query: Shape;
  readonly headers: Shape;
  readonly body?: { readonly required: boolean; readonly shape: Shape };
  readonly answer?: Shape;
  /** Error codes by HTTP status. */
  readonly errors: ReadonlyMap<string, readonly string[]>;
  /** The file of spec/ that describes it. */
  readonly file?: string;
}

export type ShapeType =
  | "object"
  | "map"
  | "array"
  | "string"
  | "number"
  | "integer"
  | "boolean"
  /** An exact decimal, as a string or a number: only spec/ has it. */
  | "decimal"
  | "multipart"
  | "any"
  | "ref";

export interface Shape {
  readonly type: ShapeType;
  /** The name of a schema, for `ref`. */
  readonly ref?: string;
  /** The items of an array or the values of a map. */
  readonly of?: Shape;
  /** For `object`; a free-form object has none. */
  readonly members?: ReadonlyMap<string, Member>;
  /** For `string`: the values of an enum. */
  readonly values?: readonly string[];
  readonly limits: Limits;
  /** The file of spec/ that describes it, for named schemas. */
  readonly file?: string;
}

/** Under the names of JSON Schema; `maxKeyLength` and `maxValueLength` are those of a map. */
export type Limits = Readonly<Record<string, string | number>>;

export interface Member {
  readonly shape: Shape;
  readonly required: boolean;
  /** `read`: only in answers; `write`: only in requests. */
  readonly access: "both" | "read" | "write";
  /** Whether spec/ says where it knows it from, other than from this contract. */
  readonly sourced?: boolean;
}

export const noMembers: Shape = { type: "object", members: new Map(), limits: {} };
