import { absoluteTime, relativeTime } from '../format';
import { useNow } from './useNow';

/** How long ago or ahead something is; the exact time on hover. */
export function RelativeTime({ at }: { at: string }) {
  // The clock ticks seldom; what has just happened must not lie in its future.
  const now = Math.max(useNow(), Math.min(Date.parse(at), Date.now()));
  return (
    <time dateTime={at} title={absoluteTime(at)}>
      {relativeTime(at, now)}
    </time>
  );
}
