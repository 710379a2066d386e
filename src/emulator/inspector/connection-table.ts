/** Connections of customers through OAuth, and their end. */

import { disconnect } from "../oauth/connections.js";
import { oauthOf } from "../oauth/oauth-store.js";
import { formatCount } from "./format.js";
import {
  accountCell,
  button,
  type InspectorTable,
  newest,
  refuseAction,
} from "./inspector-table.js";

export const connectionTable: InspectorTable = {
  name: "connections",
  title: "Connections",
  columns: ["Connection", "Status", "App", "Account", "Scopes", "Refreshes"],
  isHiddenWhenEmpty: true,

  rows: ({ world }, limit) =>
    newest(oauthOf(world).connections.all(), limit, (one) => ({
      key: one.id,
      copy: one.id,
      cells: [
        { text: one.id },
        { text: one.status, look: one.status === "CONNECTED" ? "good" : "bad" },
        { text: one.clientId },
        accountCell(world, one.account.id),
        { text: one.grant.scopes.join(" "), look: "soft" },
        { text: formatCount(one.refreshes) },
      ],
    })),

  detail({ world }, key) {
    const found = oauthOf(world).connections.get(key);
    if (found === undefined) return undefined;
    const { account, grant, ...connection } = found;
    return {
      title: `${connection.clientId}, ${connection.status}`,
      data: { ...connection, accountId: account.id, scopes: grant.scopes },
      actions: connection.status === "CONNECTED" ? [button("disconnect", "Disconnect")] : [],
      comparisons: [],
    };
  },

  act({ world }, key, action) {
    if (action !== "disconnect") return refuseAction(action);
    disconnect(world, oauthOf(world).connections.find(key), "customer");
  },
};
