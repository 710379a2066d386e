/** Writes the webhook events: the type of each event's data, and the shape to check it with. */

import { emitShapes, importShapes, shapeImport, shapeName } from "./emit-shapes.js";
import { fits, header } from "./layout.js";
import type { EventModel, Model } from "./model.js";
import { eventFormats } from "./source.js";

export function emitEvents({ events, schemas }: Model): string {
  const subjectOf = new Map(schemas.map((schema) => [schema.name, schema.subject]));
  const shapes = [...new Set(events.flatMap((event) => Object.values(event.schemas)))].sort();
  return [
    `${header}\n/** Every webhook event that is modelled. */\n`,
    importShapes(shapes, subjectOf).concat(shapeImport),
    `${typeIntro}export interface EventData {\n${events.map(emitType).join("")}}\n`,
    ...emitShapes(shapes, subjectOf),
    `${tableIntro}export const eventShapes: EventShapes = {\n${events.map(emitEntry).join("")}};\n`,
  ].join("\n");
}

/** The names alone, for those who load no shapes. */
export function emitEventNames({ events }: Model): string {
  const names = events.map(({ name }) => `  ${JSON.stringify(name)},\n`).join("");
  return `${header}\n/** The names of the webhook events that are modelled. */\nexport const eventNames = [\n${names}] as const;\n`;
}

const typeIntro = `/**
 * The data of each event, by event name. \`legacy\` is the camelCase sent to subscriptions of versions
 * before 2024-02-22, where its shape is known.
 */
`;

const tableIntro = `type EventShapes = {
  readonly [Name in keyof EventData]: {
    readonly [Format in keyof EventData[Name]]: Shape<EventData[Name][Format]>;
  };
};

/** The shapes of the same data. */
`;

function emitType({ name, schemas }: EventModel): string {
  const members = eventFormats.flatMap(
    (format) => schemas[format] && `readonly ${format}: ${schemas[format]}`,
  );
  return layOut(`readonly ${JSON.stringify(name)}: `, members, ";");
}

function emitEntry({ name, schemas }: EventModel): string {
  const members = eventFormats.flatMap(
    (format) => schemas[format] && `${format}: ${shapeName(schemas[format])}`,
  );
  return layOut(`${JSON.stringify(name)}: `, members, ",");
}

function layOut(
  head: string,
  members: readonly (string | undefined)[],
  separator: "," | ";",
): string {
  const present = members.filter((member) => member !== undefined);
  const line = `${head}{ ${present.join(`${separator} `)} }${separator}`;
  if (fits(1, line)) return `  ${line}\n`;
  const inner = present.map((member) => `    ${member}${separator}\n`).join("");
  return `  ${head}{\n${inner}  }${separator}\n`;
}
