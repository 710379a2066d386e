/** A Postgres client that renames columns is refused at once, with an error that names the cause. */
// right: read: names the mapper
// right: withLease: names the mapper
// right: statements at most 5: true
import { createPostgresStore } from "airwallex-connect/stores/postgres";

let statements = 0;
const row = {
  fence: null,
  remainingMs: "20000",
  value: "v",
  version: "1",
  expiresAtMs: "5",
  ageMs: "7",
};
const store = createPostgresStore({
  async query() {
    statements++;
    return { rows: [row] };
  },
});
const said = (error) =>
  /column|mapper|camelCase|renam/i.test(error.message) ? "names the mapper" : error.message;
console.log("read:", await store.read("k").then(() => "resolved", said));
const lease = store.withLease("k", { leaseMs: 1000, waitMs: 500 }, async () => undefined);
console.log("withLease:", await lease.then(({ kind }) => kind, said));
console.log("statements at most 5:", statements <= 5);
