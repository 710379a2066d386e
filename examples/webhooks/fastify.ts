import { nodeHandler } from "airwallex-connect/webhooks";
import fastify from "fastify";
import { hooks, onError } from "./hooks.js";

export const app = fastify();
const handle = nodeHandler(hooks, { onError });

// In a scope of its own, so that other routes keep their parsers.
app.register(async (scope) => {
  scope.removeAllContentTypeParsers();
  scope.addContentTypeParser("*", (_request, _payload, done) => done(null));
  scope.post("/webhooks", (request, reply) => {
    reply.hijack();
    return handle(request.raw, reply.raw);
  });
});
