import type { Permission } from '@backstage/plugin-permission-common';
import type { z } from 'zod';
import type { ResourceType } from '../permissions/resourceTypes';

/** HTTP methods that operations use. */
export type OperationMethod = 'GET' | 'POST' | 'PUT' | 'DELETE';

/**
 * Who may call an operation. A kind of caller that is not named is refused.
 */
export interface OperationCallers {
  /** People and services: the permission they need; its minimum role is the floor. */
  people?: Permission;
  /** Agents, with their own key, for what is theirs. */
  agents?: true;
  /** Callers without an account; the operation checks the named proof itself. */
  anonymous?: 'enrolment-token';
}

/**
 * What an operation has to do with objects that a policy may decide over one by
 * one. An operation that does not say so is refused to whoever has its
 * permission for some objects only.
 *
 * `object`: it is about the one whose id this input is; to whoever may not see
 * that, it is not there. `list`: it leaves out what the caller may not see.
 * `none`: it tells of no single one.
 */
export type OperationConcern = { type: ResourceType } & (
  { object: string } | { list: true } | { none: true }
);

/** The kinds of events of a stream, each with the schema of its data. */
export type EventSchemas = Record<string, z.ZodType>;

/**
 * One operation of the control plane. The route with its validation, the
 * OpenAPI document, the typed client, the audit entry and the Backstage action
 * all come from this declaration.
 */
export interface Operation<
  TInput extends z.ZodObject = z.ZodObject,
  TOutput extends z.ZodType = z.ZodType,
> {
  /** `<domain>.<verb>`; unique. */
  id: string;
  /** A few words, as a menu would say it. */
  title: string;
  /** What it does and what a caller should know, in one or two sentences. */
  description: string;
  method: OperationMethod;
  /**
   * Path below `/api/devart`, with `:name` for every input that stands in the
   * path. Of the other inputs, GET and DELETE take them from the query, POST
   * and PUT from the JSON body.
   */
  path: string;
  /** `read` changes nothing, `write` changes, `destroy` takes something away for good. */
  effect: 'read' | 'write' | 'destroy';
  /** Whether doing it twice leaves the same as doing it once. */
  idempotent: boolean;
  callers: OperationCallers;
  concerns?: OperationConcern;
  input: TInput;
  output: TOutput;
  /** Status of success: 200 unless said otherwise; 204 answers have no body. */
  status?: 200 | 201 | 204;
  /**
   * The answer is a stream of server-sent events of these kinds, open until
   * either side ends it. Such operations have the output `nothingSchema` and
   * are no Backstage actions.
   */
  events?: EventSchemas;
  /**
   * The answer is a document, sent as it comes: an iterable of its parts. Such
   * operations have the output `nothingSchema` and are no Backstage actions.
   */
  document?: { mediaType: string; fileName: string };
  /** The operation may answer 204 when there is nothing to hand out. */
  mayBeEmpty?: true;
  /** Largest request body in bytes, 256 KiB unless said otherwise. */
  maxBodyBytes?: number;
  /**
   * The answer holds a secret that is shown this once. Such operations are no
   * Backstage actions: what a tool answers is read by a model.
   */
  answersSecret?: true;
  /** Calls that happen all the time and tell an auditor nothing are not audited one by one. */
  audited?: false;
}

/** An operation with what is known of it when it is compiled. */
type DefinedOperation<
  TInput extends z.ZodObject,
  TOutput extends z.ZodType,
  TEmpty extends true | undefined,
  TEvents extends EventSchemas | undefined,
  TDocument extends Operation['document'],
> = Omit<Operation<TInput, TOutput>, 'mayBeEmpty' | 'events' | 'document'> & {
  mayBeEmpty?: TEmpty;
  events?: TEvents;
  document?: TDocument;
};

/** Declares an operation, keeping the types of its input and output. */
export function defineOperation<
  TInput extends z.ZodObject,
  TOutput extends z.ZodType,
  TEmpty extends true | undefined = undefined,
  TEvents extends EventSchemas | undefined = undefined,
  TDocument extends Operation['document'] = undefined,
>(
  operation: DefinedOperation<TInput, TOutput, TEmpty, TEvents, TDocument>,
): DefinedOperation<TInput, TOutput, TEmpty, TEvents, TDocument> {
  return operation;
}

/** An event of a stream. */
export type OperationEvent<TEvents extends EventSchemas = EventSchemas> = {
  [E in keyof TEvents & string]: { event: E; data: z.output<TEvents[E]> };
}[keyof TEvents & string];

/** What a caller hands to an operation. */
export type OperationInput<T extends Operation> = z.input<T['input']>;

/** What an operation works on after validation, defaults filled in. */
export type OperationParsedInput<T extends Operation> = z.output<T['input']>;

/**
 * What an operation answers: its events when it is a stream, the parts of its
 * text when it is a document; undefined where it may be empty.
 */
export type OperationOutput<T extends Operation> = [
  Exclude<T['document'], undefined>,
] extends [never]
  ? StructuredOutput<T>
  : AsyncIterable<string>;

type StructuredOutput<T extends Operation> =
  Exclude<T['events'], undefined> extends infer TEvents
    ? [TEvents] extends [never]
      ? | z.output<T['output']>
        | ([true] extends [Exclude<T['mayBeEmpty'], undefined>]
            ? undefined
            : never)
      : TEvents extends EventSchemas
        ? AsyncIterable<OperationEvent<TEvents>>
        : never
    : never;

/** Names of the inputs that stand in the operation's path. */
export function pathInputs(operation: Pick<Operation, 'path'>): string[] {
  return [...operation.path.matchAll(/:([A-Za-z]+)/g)].map(match => match[1]);
}

/** Whether the inputs outside the path travel in the query rather than in the body. */
export function takesQuery(operation: Pick<Operation, 'method'>): boolean {
  return operation.method === 'GET' || operation.method === 'DELETE';
}
