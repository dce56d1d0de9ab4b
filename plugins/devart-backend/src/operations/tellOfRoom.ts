import type { Call } from './Handlers';

type Handler = (input: never, call: Call) => Promise<unknown>;

/**
 * Handlers that, when an agent has called one of them, say that it may have
 * room for another task.
 */
export function tellOfRoom<H extends Record<string, Handler>>(
  handlers: H,
  verbs: readonly (keyof H)[],
  onRoom: (agentId: string) => void,
): H {
  return Object.fromEntries(
    Object.entries(handlers).map(([verb, handler]) => [
      verb,
      verbs.includes(verb)
        ? async (input: never, call: Call) => {
            const output = await handler(input, call);
            if (call.caller.kind === 'agent') {
              onRoom(call.caller.agentId);
            }
            return output;
          }
        : handler,
    ]),
  ) as H;
}
