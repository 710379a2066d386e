import { expect, test } from "vitest";
import { createTable } from "../../../src/emulator/engine/table.js";

interface Row {
  readonly id: string;
  readonly order: string | undefined;
}

test("createTable() finds the newest record with a key, until it is deleted", () => {
  const table = createTable<Row>("Row", ({ order }) => order);
  table.add({ id: "1", order: "a" });
  table.add({ id: "2", order: "a" });
  table.add({ id: "3", order: undefined });
  expect(table.withKey("a")?.id).toBe("2");
  expect(table.withKey("b")).toBeUndefined();
  table.delete("1");
  expect(table.withKey("a")?.id).toBe("2");
  table.delete("2");
  expect(table.withKey("a")).toBeUndefined();
});

test("createTable() says what is not there, and does not show what belongs to others", () => {
  const table = createTable<Row>("Row");
  table.add({ id: "1", order: "a" });
  expect(table.find("1").order).toBe("a");
  expect(() => table.find("2")).toThrow(/Row \[2\]/);
  expect(() => table.find("1", ({ order }) => order === "b")).toThrow(/Row \[1\]/);
  expect(table.withKey("a")).toBeUndefined();
});
