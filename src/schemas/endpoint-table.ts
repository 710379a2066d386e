/**
 * The endpoint table as text, which costs an import next to nothing. It is read when the first endpoint is
 * used: as objects it would take a tenth of the time of the import.
 */

import type { Endpoint, EndpointInput } from "./endpoint.js";
import { type Shape, shape } from "./shape.js";

/** Where the shapes of the table are. */
export interface ShapeModules {
  readonly predicates: () => Promise<object>;
  /** Imports the schemas of a subject, by its name. */
  readonly schemas: () => Readonly<Record<string, () => Promise<object>>>;
}

/** A row of the text: shapes as `subject/Name`, and nothing where a default holds. */
interface Row extends Omit<Partial<Endpoint>, "query" | "body" | "response"> {
  readonly query?: string;
  readonly body?: string;
  readonly response?: string;
}

type Fields = Omit<Endpoint, "name">;

/** Members that a row leaves out. */
export const rowDefaults = { host: "api", environment: "all", status: 200 } as const;

/** Returns the endpoint of a name. Its types are those that the description gives it. */
export type EndpointTable = <E>(name: string) => E;

/** @param text JSON: an object of rows by name */
export function createEndpointTable(text: string, modules: ShapeModules): EndpointTable {
  let rows: Readonly<Record<string, Row>> | undefined;
  const shapes = new Map<string, Shape<unknown>>();
  const shapeAt = (place: string | undefined): Shape<unknown> | undefined => {
    if (place === undefined) return undefined;
    const known = shapes.get(place) ?? shapeOf(place, modules);
    shapes.set(place, known);
    return known;
  };
  const read = (name: string): Fields => {
    rows ??= JSON.parse(text) as NonNullable<typeof rows>;
    const { query, body, response, ...rest } = rows[name] as Row;
    const own = { query: shapeAt(query), body: shapeAt(body), response: shapeAt(response) };
    return { ...rowDefaults, ...rest, ...own } as Fields;
  };
  return <E>(name: string) => new TableEndpoint(name, read) as unknown as E;
}

/** The same endpoint with other members: a spread would copy none, because they are read late. */
export function withMembers<Input extends EndpointInput, Changes extends Partial<Fields>>(
  endpoint: Endpoint<Input>,
  changes: Changes,
): Omit<Endpoint<Input>, keyof Changes> & Changes {
  const fields = (endpoint as unknown as TableEndpoint).fields();
  return { name: endpoint.name, ...fields, ...changes } as never;
}

function shapeOf(place: string, { predicates, schemas }: ShapeModules): Shape<unknown> {
  const [subject = "", name = ""] = place.split("/");
  // The generator writes both sides; a test loads every one.
  return shape(name, predicates as never, (() => schemas()[subject]?.()) as never);
}

/** An endpoint whose row is read when one of its members is. */
class TableEndpoint {
  readonly name: string;
  readonly #read: (name: string) => Fields;
  #fields: Fields | undefined;

  constructor(name: string, read: (name: string) => Fields) {
    this.name = name;
    this.#read = read;
  }

  fields(): Fields {
    this.#fields ??= this.#read(this.name);
    return this.#fields;
  }

  get method() {
    return this.fields().method;
  }
  get path() {
    return this.fields().path;
  }
  get host() {
    return this.fields().host;
  }
  get environment() {
    return this.fields().environment;
  }
  get retry() {
    return this.fields().retry;
  }
  get sca() {
    return this.fields().sca;
  }
  get status() {
    return this.fields().status;
  }
  get docs() {
    return this.fields().docs;
  }
  get query() {
    return this.fields().query;
  }
  get repeated() {
    return this.fields().repeated;
  }
  get body() {
    return this.fields().body;
  }
  get bodyOptional() {
    return this.fields().bodyOptional;
  }
  get response() {
    return this.fields().response;
  }
  get mustHave() {
    return this.fields().mustHave;
  }
}
