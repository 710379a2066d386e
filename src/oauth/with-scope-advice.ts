/** Says in the error of a refused call which scope the customer has to grant. */

import { isObject } from "../checks/values.js";
import { parseBody } from "../transport/body.js";
import type { Send } from "../transport/wire.js";
import { adviseOnScope } from "./scopes.js";

export function withScopeAdvice(send: Send): Send {
  return async (request) => {
    const response = await send(request);
    // A proxy's page is not about scopes.
    if (response.status === 403 && isObject(parseBody(response))) {
      request.progress.hint ??= await adviseOnScope(request.method, ownPath(request.path));
    }
    return response;
  };
}

/** Without what `baseUrl` has before it. */
function ownPath(path: string): string {
  return path.slice(Math.max(0, path.indexOf("/api/")));
}
