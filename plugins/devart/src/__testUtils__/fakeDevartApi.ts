import { ResponseError } from '@backstage/errors';
import {
  operations,
  type DevartClient,
  type Operation,
  type Operations,
} from '@devart/plugin-devart-common';
import type { InputIssue } from '../api';

type Answers = {
  [D in keyof Operations]?: {
    [V in keyof DevartClient[D]]?: DevartClient[D][V] extends (
      ...parameters: infer P
    ) => Promise<infer R>
      ? (...parameters: P) => R | Promise<R>
      : never;
  };
};

/** A call that was made. */
export interface FakeCall {
  id: string;
  input: Record<string, unknown>;
}

/** A fake control plane with a record of what it was asked. */
export interface FakeDevartApi {
  api: DevartClient;
  calls: FakeCall[];
  /** The inputs of every call of one operation. */
  inputsOf: (id: string) => Record<string, unknown>[];
}

/**
 * A control plane that answers as told, and by the contracts: an input that an
 * operation would refuse and an answer that it would never give are errors.
 * Operations without an answer are errors too.
 */
export function fakeDevartApi(answers: Answers): FakeDevartApi {
  const calls: FakeCall[] = [];
  const answer = async (
    operation: Operation,
    handler: ((...parameters: unknown[]) => unknown) | undefined,
    input: Record<string, unknown>,
    options: unknown,
  ) => {
    // What is undefined does not travel.
    const sent = JSON.parse(JSON.stringify(input));
    operation.input.parse(sent);
    calls.push({ id: operation.id, input: sent });
    if (!handler) {
      throw new Error(`The test says nothing about ${operation.id}`);
    }
    const output = await handler(sent, options);
    if (output === undefined && operation.mayBeEmpty) {
      return undefined;
    }
    // Of a document the contract says no more than what sort it is.
    return operation.document ? output : operation.output.parse(output);
  };

  const api = Object.fromEntries(
    Object.entries(operations).map(([domain, verbs]) => [
      domain,
      Object.fromEntries(
        Object.entries(verbs).map(([verb, operation]) => [
          verb,
          (input: Record<string, unknown>, options: unknown) =>
            answer(
              operation as unknown as Operation,
              (answers as any)[domain]?.[verb],
              input,
              options,
            ),
        ]),
      ),
    ]),
  ) as unknown as DevartClient;

  return {
    api,
    calls,
    inputsOf: id => calls.filter(call => call.id === id).map(c => c.input),
  };
}

/** The error with which the control plane refuses. */
export function refusal(
  statusCode: number,
  message: string,
  issues?: InputIssue[],
): ResponseError {
  return new (ResponseError as any)({
    message: `Request failed with ${statusCode}`,
    response: {},
    data: {
      error: { name: 'Error', message, issues },
      response: { statusCode },
    },
    cause: new Error(message),
    statusCode,
    statusText: '',
  });
}
