/** The description as written: one schema for both directions. */

import type { Files } from "./references.js";

export type Format = "date" | "date-time";

export interface StringLimits {
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly pattern?: string;
  readonly format?: Format;
}

export interface NumberLimits {
  readonly minimum?: number;
  readonly maximum?: number;
}

export interface ArrayLimits {
  readonly minItems?: number;
  readonly maxItems?: number;
}

export interface MapLimits {
  readonly maxProperties?: number;
  readonly maxKeyLength?: number;
}

export type SourceNode =
  | {
      readonly kind: "object";
      /** Requests may have members that are not listed. */
      readonly open: boolean;
      readonly members: readonly SourceMember[];
    }
  | { readonly kind: "map"; readonly values: SourceNode; readonly limits: MapLimits }
  | { readonly kind: "array"; readonly items: SourceNode; readonly limits: ArrayLimits }
  | { readonly kind: "string"; readonly limits: StringLimits }
  | { readonly kind: "number" | "integer"; readonly limits: NumberLimits }
  | { readonly kind: "boolean" | "unknown" }
  /** An exact decimal, as a string or a number. */
  | { readonly kind: "decimal" }
  | { readonly kind: "enum"; readonly values: readonly string[] }
  | { readonly kind: "ref"; readonly name: string };

export interface SourceMember {
  readonly name: string;
  readonly description: string;
  readonly node: SourceNode;
  readonly required: boolean;
  /**
   * The directions it exists in: `readOnly` members are only read, `writeOnly` members only written.
   */
  readonly access: "both" | "read" | "write";
  /** Personal data. */
  readonly pii: boolean;
  /** Known only from real responses. */
  readonly observed: boolean;
  /** Whether `x-source` says where it is known from. */
  readonly sourced: boolean;
}

export interface SourceSchema {
  readonly name: string;
  /** The name of the file that defines it; generated files are split the same way. */
  readonly subject: string;
  /** Where it is defined, for messages. */
  readonly where: string;
  readonly description: string;
  readonly node: SourceNode;
  /** Set when no operation reaches it. */
  readonly direction?: "response";
  /** Names of the webhook events whose data it is. */
  readonly events: Readonly<Record<EventFormat, readonly string[]>>;
}

/**
 * How webhook payloads are spelled: `legacy` is the camelCase of subscriptions before version
 * 2024-02-22.
 */
export const eventFormats = ["current", "legacy"] as const;

export type EventFormat = (typeof eventFormats)[number];

export const retryClasses = ["safe", "idempotent", "request_id", "lookup", "never"] as const;

export const methods = ["get", "post", "put", "patch", "delete"] as const;

export interface SourceOperation {
  /** The method that calls it: `accounts.create`. */
  readonly id: string;
  readonly subject: string;
  readonly where: string;
  readonly file: string;
  readonly method: (typeof methods)[number];
  readonly path: string;
  readonly host: "api" | "files";
  readonly environment: "all" | "sandbox";
  readonly retry: (typeof retryClasses)[number];
  /**
   * What to do if its outcome is unknown; set where neither its retry class nor its id decides that.
   */
  readonly whenUnknown?: string;
  /** Whether there is a method for it, or only the client itself calls it. */
  readonly caller: "method" | "client";
  readonly docs: string;
  readonly summary: string;
  /** Whether a token from OAuth may call it. */
  readonly oauth: boolean;
  /** Whether it may ask for strong customer authentication, and for what. */
  readonly sca?: "read" | "write";
  /** Codes that its errors have, beside those that are not bound to one operation. */
  readonly errorCodes: readonly string[];
  readonly pathParameters: readonly SourceMember[];
  /**
   * Whether the parameters of its method are generated, or written by hand because they are more than
   * what goes out on the wire.
   */
  readonly params: "generated" | "by-hand";
  /** `repeated`: names of lists whose values are parameters of their own. */
  readonly query?: {
    readonly members: readonly SourceMember[];
    readonly repeated: readonly string[];
  };
  readonly headers: readonly SourceMember[];
  /** A JSON body; a multipart body is built by hand-written code and has no shape. */
  readonly multipart: boolean;
  readonly body?: { readonly schema: string; readonly required: boolean };
  readonly success: { readonly status: number; readonly schema?: string };
  /** The schemas of every response, including failures. */
  readonly answers: readonly string[];
  /** The operation as written, for the published description. */
  readonly written: unknown;
}

/** A scope that an app asks a customer for. */
export interface SourceScope {
  readonly name: string;
  /** The heading that it is listed under. */
  readonly group: string;
  /** What it allows, in words for the customer. */
  readonly summary: string;
  /** Another name of it, which the API takes too. */
  readonly older?: string;
  /** The scope that it includes. */
  readonly includes?: string;
  /** Method and path of what it opens, with what the included scope opens. */
  readonly endpoints: readonly string[];
  /** Events of the account that an app may then subscribe to. */
  readonly events: readonly string[];
}

export interface Source {
  readonly files: Files;
  /** Codes of errors that are not bound to one operation. */
  readonly commonErrors: readonly string[];
  readonly schemas: ReadonlyMap<string, SourceSchema>;
  readonly operations: readonly SourceOperation[];
  readonly scopes: readonly SourceScope[];
}
