/**
 * The header of W3C Trace Context, https://www.w3.org/TR/trace-context/, of
 * version 00: trace id, span id and flags in lower-case hexadecimal digits.
 */
const TRACEPARENT =
  /^00-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})$/;

/** Who a span is, all over the world. */
export interface TraceContext {
  /** 32 hexadecimal digits. */
  traceId: string;
  /** 16 hexadecimal digits. */
  spanId: string;
  /** Bit 0: whether the trace is recorded. */
  traceFlags: number;
}

/** Reads a `traceparent`; undefined when it is none. */
export function parseTraceparent(value: unknown): TraceContext | undefined {
  const match = typeof value === 'string' ? TRACEPARENT.exec(value) : null;
  return match
    ? {
        traceId: match[1],
        spanId: match[2],
        traceFlags: parseInt(match[3], 16),
      }
    : undefined;
}

/** Whether a value is a `traceparent` of version 00. */
export function isTraceparent(value: unknown): value is string {
  return parseTraceparent(value) !== undefined;
}

/** Writes a `traceparent`. */
export function formatTraceparent(context: TraceContext): string {
  const flags = context.traceFlags.toString(16).padStart(2, '0');
  return `00-${context.traceId}-${context.spanId}-${flags}`;
}

/** The beginning of a new trace, which asks to be recorded. */
export function newTraceparent(): string {
  const hex = (bytes: number) =>
    Array.from(crypto.getRandomValues(new Uint8Array(bytes)), byte =>
      byte.toString(16).padStart(2, '0'),
    ).join('');
  return `00-${hex(16)}-${hex(8)}-01`;
}
