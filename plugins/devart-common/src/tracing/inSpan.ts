import {
  context,
  isSpanContextValid,
  ROOT_CONTEXT,
  SpanStatusCode,
  trace,
  type Attributes,
  type Context,
  type Span,
  type SpanKind,
} from '@opentelemetry/api';
import {
  formatTraceparent,
  newTraceparent,
  parseTraceparent,
} from './traceparent';

/** What a span says. */
export interface SpanOptions {
  name: string;
  kind: SpanKind;
  /**
   * `traceparent` of what caused it. A span of the same trace that is active
   * here is nearer and goes first; without either, a trace begins.
   */
  parent?: string;
  /** Never a person, a title or anything else that tells more than what kind of work it was. */
  attributes?: Attributes;
  /** Whether what was thrown is a failure of this span; everything is, unless given. */
  isFailure?: (error: unknown) => boolean;
}

/** What the work inside a span knows of it. */
export interface ActiveSpan {
  /** To hand on to whatever the work causes. */
  traceparent: string;
  setAttributes(attributes: Attributes): void;
}

function parentContextOf(parent: string | undefined): Context {
  const parsed = parseTraceparent(parent);
  const active = trace.getSpanContext(context.active());
  if (!parsed || active?.traceId === parsed.traceId) {
    return context.active();
  }
  return trace.setSpanContext(ROOT_CONTEXT, { ...parsed, isRemote: true });
}

function fail(span: Span, error: unknown): void {
  span.setStatus({
    code: SpanStatusCode.ERROR,
    // The message may quote what somebody sent; its kind is enough to search by.
    message: error instanceof Error ? error.name : undefined,
  });
}

/**
 * Does some work inside a span of OpenTelemetry. Where no SDK is registered
 * nothing is recorded, but the trace goes on: what the work causes belongs to
 * the trace of `parent`, or to a new one.
 */
export async function inSpan<T>(
  options: SpanOptions,
  work: (span: ActiveSpan) => Promise<T>,
): Promise<T> {
  const { name, kind, parent, attributes, isFailure = () => true } = options;
  const tracer = trace.getTracer('devart');
  return tracer.startActiveSpan(
    name,
    { kind, attributes },
    parentContextOf(parent),
    async span => {
      const own = span.spanContext();
      try {
        return await work({
          traceparent: isSpanContextValid(own)
            ? formatTraceparent(own)
            : newTraceparent(),
          setAttributes: more => span.setAttributes(more),
        });
      } catch (error) {
        if (isFailure(error)) {
          fail(span, error);
        }
        throw error;
      } finally {
        span.end();
      }
    },
  );
}
