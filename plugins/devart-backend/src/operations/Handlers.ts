import type {
  Operation,
  OperationOutput,
  OperationParsedInput,
  Operations,
} from '@devart/plugin-devart-common';
import type { Caller } from '../access/Caller';

/** What a handler knows about a call besides its input. */
export interface Call {
  caller: Caller;
  /** Aborted when the caller has gone or the backend stops. */
  signal: AbortSignal;
  /** W3C trace context of the call; what it causes belongs to the same trace. */
  traceparent: string;
}

/** A call on its way to the handler; without a trace context it begins a trace. */
export type IncomingCall = Omit<Call, 'traceparent'> & {
  traceparent?: string;
};

/** One handler for every operation of a domain. */
export type Handlers<D extends keyof Operations> = {
  [V in keyof Operations[D]]: Operations[D][V] extends Operation
    ? (
        input: OperationParsedInput<Operations[D][V]>,
        call: Call,
      ) => Promise<OperationOutput<Operations[D][V]>>
    : never;
};

/** Handlers for all operations: what the router needs. */
export type AllHandlers = { [D in keyof Operations]: Handlers<D> };
