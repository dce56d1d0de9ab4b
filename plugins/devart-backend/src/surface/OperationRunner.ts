import { AuthenticationError, NotAllowedError } from '@backstage/errors';
import {
  inputWords,
  inSpan,
  minimumRoleOf,
  roleIncludes,
  type Operation,
} from '@devart/plugin-devart-common';
import { SpanKind } from '@opentelemetry/api';
import type { Caller, MemberCaller } from '../access/Caller';
import type { ObjectAccess } from '../access/ObjectAccess';
import type { RateLimiter } from '../access/RateLimiter';
import type { AuditTrail } from '../audit/AuditTrail';
import { auditDetailOf, auditSubjectOf } from './auditedInput';
import type { AllHandlers, Call, IncomingCall } from '../operations/Handlers';
import { InvalidInputError } from '../operations/InvalidInputError';
import type { OperationPerformer } from '../operations/OperationPerformer';
import { statusOfError } from '../operations/statusOfError';
import { TooManyRequestsError } from '../operations/TooManyRequestsError';

type UntypedHandler = (
  input: Record<string, unknown>,
  call: Call,
) => Promise<unknown>;

/** Runs operations for callers, wherever the call comes from: access, validation, handler, audit. */
export class OperationRunner implements OperationPerformer {
  readonly #handlers: AllHandlers;
  readonly #access: ObjectAccess;
  readonly #audit: AuditTrail;
  readonly #limiter: RateLimiter;

  constructor(options: {
    handlers: AllHandlers;
    access: ObjectAccess;
    audit: AuditTrail;
    limiter: RateLimiter;
  }) {
    this.#handlers = options.handlers;
    this.#access = options.access;
    this.#audit = options.audit;
    this.#limiter = options.limiter;
  }

  /**
   * Lets a caller in, or not; answers them with the conditions on which they
   * may, in whose name the operation is run.
   *
   * @throws AuthenticationError, NotAllowedError, TooManyRequestsError
   */
  async admit(operation: Operation, caller: Caller): Promise<Caller> {
    if (caller.kind !== 'anonymous') {
      const answer = this.#limiter.take(caller.actor);
      if (!answer.allowed) {
        throw new TooManyRequestsError(answer.retryAfterSeconds);
      }
    }
    return this.#authorize(operation, caller);
  }

  /**
   * Lets a run of a workflow do an operation in somebody's name, or not. The
   * permission framework was asked with their credentials when the run began;
   * the control plane keeps none, so that now their role decides.
   *
   * @throws NotAllowedError
   */
  admitActing(operation: Operation, caller: MemberCaller): void {
    const role =
      operation.callers.people && minimumRoleOf(operation.callers.people);
    if (!role || !roleIncludes(caller.role, role)) {
      const error = new NotAllowedError(
        `${operation.title} needs the role ${role}; that of ${caller.actor} is ${caller.role}`,
      );
      this.record(operation, caller, { error, status: 403 });
      throw error;
    }
  }

  /**
   * Validates the input and runs the operation for a caller who was admitted.
   *
   * @throws InvalidInputError naming the fields and what is accepted.
   */
  async run(
    operation: Operation,
    rawInput: Record<string, unknown>,
    call: IncomingCall,
  ): Promise<unknown> {
    const parsed = operation.input.safeParse(rawInput, { error: inputWords });
    if (!parsed.success) {
      throw InvalidInputError.fromZod(
        parsed.error,
        Object.keys(operation.input.shape),
      );
    }
    const input: Record<string, unknown> = parsed.data;
    try {
      await this.#access.requireObject(operation, input, call.caller);
      const output = await inSpan(
        {
          name: operation.id,
          kind: SpanKind.SERVER,
          parent: call.traceparent,
          attributes: { 'devart.caller.kind': call.caller.kind },
          isFailure: error => statusOfError(error) >= 500,
        },
        ({ traceparent }) =>
          this.#handlerOf(operation)(input, { ...call, traceparent }),
      );
      this.record(operation, call.caller, {
        input,
        output,
        status: output === undefined ? 204 : (operation.status ?? 200),
      });
      return output;
    } catch (error) {
      this.record(operation, call.caller, {
        input,
        error,
        status: statusOfError(error),
      });
      throw error;
    }
  }

  /** Takes a call down that is worth it: every change, and every refusal. */
  record(
    operation: Operation,
    caller: Caller,
    end: {
      status: number;
      input?: Record<string, unknown>;
      output?: unknown;
      error?: unknown;
    },
  ): void {
    const refused = end.status === 401 || end.status === 403;
    const worthAnEntry =
      refused || (operation.effect !== 'read' && operation.audited !== false);
    // Unreachable databases and floods would fill the trail with nothing to learn from.
    if (!worthAnEntry || end.status === 429 || end.status === 503) {
      return;
    }
    let outcome: 'succeeded' | 'refused' | 'failed' = 'succeeded';
    if (end.error !== undefined) {
      outcome = refused ? 'refused' : 'failed';
    }
    const { entityRef } = end.input ?? {};
    this.#audit.record({
      organizationId: caller.organizationId,
      actor: caller.actor,
      operation: operation.id,
      outcome,
      httpStatus: end.status,
      subject: auditSubjectOf(end.input, end.output),
      entityRef: typeof entityRef === 'string' ? entityRef : undefined,
      detail: auditDetailOf(end.input, end.error),
    });
  }

  #handlerOf(operation: Operation): UntypedHandler {
    const [domain, verb] = operation.id.split('.');
    return (
      this.#handlers as unknown as Record<
        string,
        Record<string, UntypedHandler>
      >
    )[domain][verb];
  }

  async #authorize(operation: Operation, caller: Caller): Promise<Caller> {
    const { callers } = operation;
    if (caller.kind === 'anonymous') {
      if (!callers.anonymous) {
        throw new AuthenticationError('Sign in, or send a token or key');
      }
      return caller;
    }
    if (caller.kind === 'agent') {
      if (!callers.agents) {
        throw new NotAllowedError(
          `Agents may not call ${operation.id}; it is for people and services`,
        );
      }
      return caller;
    }
    if (!callers.people) {
      throw new NotAllowedError(
        `Only ${callers.agents ? 'agents' : 'callers with an enrolment token'} may call ${operation.id}`,
      );
    }
    return this.#access.admit(operation, caller, callers.people);
  }
}
