/** Names that follow from the id of an operation, such as `hostedFlows.create`. */

/** Words whose capital letters do not follow from the id. */
const spelled: ReadonlyMap<string, string> = new Map([["oauth", "OAuth"]]);

/** The constant of an operation: `simulation.rfis.create` becomes `simulationRfisCreate`. */
export function constantName(operationId: string): string {
  return operationId.replace(/\.(\w)/g, (_, letter: string) => letter.toUpperCase());
}

/** The type of what its method takes: `simulation.rfis.create` becomes `SimulationRfiCreateParams`. */
export function paramsName(operationId: string): string {
  return `${operationName(operationId)}Params`;
}

/** The shape on the wire, where it differs from what the method takes: `TransferCreateRequest`. */
export function requestName(operationId: string): string {
  return `${operationName(operationId)}Request`;
}

function operationName(operationId: string): string {
  const words = operationId.split(".");
  const method = words.pop() ?? "";
  return [...words.map(singular), method].map(capitalized).join("");
}

const singular = (word: string): string => word.replace(/ies$/, "y").replace(/s$/, "");

const capitalized = (word: string): string =>
  spelled.get(word) ?? `${word.charAt(0).toUpperCase()}${word.slice(1)}`;
