import type { Operation } from '@devart/plugin-devart-common';
import type { MemberCaller } from '../access/Caller';
import type { IncomingCall } from './Handlers';

/**
 * Does operations for callers who were let in: what has operations among its
 * steps asks it, wherever it is put together.
 */
export interface OperationPerformer {
  /** @throws NotAllowedError when somebody may not have this done in their name. */
  admitActing(operation: Operation, caller: MemberCaller): void;

  /** @throws InvalidInputError naming the fields and what is accepted. */
  run(
    operation: Operation,
    rawInput: Record<string, unknown>,
    call: IncomingCall,
  ): Promise<unknown>;
}
