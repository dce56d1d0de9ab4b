import type { StepGroup } from './groupSteps';

/** A bar of a timeline; `left` and `width` in percent of the whole run. */
export interface TimelineBar {
  group: StepGroup;
  /** Missing while the step has not started. */
  bar?: { left: number; width: number };
}

/** Short steps of long runs stay visible. */
const MINIMUM_WIDTH = 0.6;

/** When each step of a run was under way, relative to the run from its start to its end or to `now` (milliseconds since 1970). */
export function timelineOf(options: {
  groups: readonly StepGroup[];
  startedAt: string;
  finishedAt?: string;
  now: number;
}): { seconds: number; bars: TimelineBar[] } {
  const { groups, now } = options;
  // What was taken over from another run was done before this one began.
  const start = Date.parse(options.startedAt);
  const end = Math.max(
    start + 1,
    options.finishedAt ? Date.parse(options.finishedAt) : now,
  );
  const percent = (ms: number) =>
    Math.min(100, Math.max(0, ((ms - start) / (end - start)) * 100));
  const bars = groups.map(group => {
    const isHere =
      group.startedAt !== undefined &&
      !group.items.every(({ reused }) => reused);
    if (!isHere) {
      return { group };
    }
    const from = percent(Date.parse(group.startedAt!));
    const to = percent(group.finishedAt ? Date.parse(group.finishedAt) : end);
    const width = Math.max(MINIMUM_WIDTH, to - from);
    return { group, bar: { left: Math.min(from, 100 - width), width } };
  });
  return { seconds: (end - start) / 1000, bars };
}
