import { subscribe } from 'node:diagnostics_channel';
import type { ServerResponse } from 'node:http';

/**
 * From now on each answer of this process ends its connection. Backstage waits
 * for all connections before it stops and only closes those that are idle at
 * that moment: callers who try again and again over one of the others, as agents
 * do, would keep it from ending for good.
 */
export function endConnections(): void {
  subscribe('http.server.request.start', endWithAnswer);
}

function endWithAnswer(message: unknown): void {
  (message as { response: ServerResponse }).response.setHeader(
    'Connection',
    'close',
  );
}
