import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { PermanentError } from '@devart/agent-sdk';

/** What a log says. */
export interface LogSamples {
  lines: number;
  /** Lines with the level error or worse. */
  errors: number;
  /** 0 to 1; 0 without lines. */
  errorRate: number;
}

const MAX_BYTES = 1024 * 1024;
/** `ERROR …` in text; `"level":"error"` or `"level":50` in lines of JSON. */
const ERROR =
  /\b(?:ERROR|FATAL|CRITICAL)\b|"level":\s*(?:"(?:error|fatal|critical)"|[5-9]0\b)/;
const INSTANT =
  /\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}:\d{2}(?:[.,]\d+)?(?:Z|[+-]\d{2}:?\d{2})?/;

/** Lines without an instant belong to the line before. */
function* linesSince(lines: string[], since: number): Generator<string> {
  let isRecent = true;
  for (const line of lines) {
    const written = INSTANT.exec(line)?.[0];
    const at = written ? Date.parse(written.replace(',', '.')) : NaN;
    if (!Number.isNaN(at)) {
      isRecent = at >= since;
    }
    if (isRecent) {
      yield line;
    }
  }
}

/**
 * Counts the lines of the end of a log, at most the last MiB: those since an
 * instant (milliseconds since the epoch) where lines carry one, else all.
 *
 * @throws PermanentError when there is no such file
 */
export async function readLog(
  path: string,
  since: number,
): Promise<LogSamples> {
  const file = await open(
    path,
    constants.O_RDONLY + constants.O_NOFOLLOW + constants.O_NONBLOCK,
  ).catch(() => undefined);
  if (!file) {
    throw new PermanentError('The release has no such log');
  }
  try {
    const { size } = await file.stat();
    const start = Math.max(0, size - MAX_BYTES);
    const { buffer, bytesRead } = await file.read({
      buffer: Buffer.alloc(Math.min(size, MAX_BYTES)),
      position: start,
    });
    const text = buffer.toString('utf8', 0, bytesRead);
    // Where the beginning is cut off, so is the first line.
    const lines = text.split('\n').slice(start > 0 ? 1 : 0);
    const recent = [
      ...linesSince(
        lines.filter(line => line.trim() !== ''),
        since,
      ),
    ];
    const errors = recent.filter(line => ERROR.test(line)).length;
    return {
      lines: recent.length,
      errors,
      errorRate: recent.length > 0 ? errors / recent.length : 0,
    };
  } finally {
    await file.close();
  }
}
