import type { UsageRow } from './UsageStore';

/** How much something was used in one bucket. */
export interface UsagePoint {
  costMicros: number;
  calls: number;
}

/** How much something was used. */
export interface Usage {
  costMicros: number;
  calls: number;
  inputTokens: number;
  outputTokens: number;
  delegatedTo: number;
  suspenseMicros: number;
  points: UsagePoint[];
}

function unused(buckets: number): Usage {
  return {
    costMicros: 0,
    calls: 0,
    inputTokens: 0,
    outputTokens: 0,
    delegatedTo: 0,
    suspenseMicros: 0,
    points: Array.from({ length: buckets }, () => ({
      costMicros: 0,
      calls: 0,
    })),
  };
}

function add(usage: Usage, row: UsageRow): void {
  usage.costMicros += row.cost;
  usage.calls += row.calls;
  usage.inputTokens += row.input_tokens;
  usage.outputTokens += row.output_tokens;
  usage.delegatedTo += row.delegated;
  const point = usage.points[row.bucket - 1];
  point.costMicros += row.cost;
  point.calls += row.calls;
}

function merge(usages: readonly Usage[], buckets: number): Usage {
  const merged = unused(buckets);
  for (const usage of usages) {
    merged.costMicros += usage.costMicros;
    merged.calls += usage.calls;
    merged.inputTokens += usage.inputTokens;
    merged.outputTokens += usage.outputTokens;
    merged.delegatedTo += usage.delegatedTo;
    merged.suspenseMicros += usage.suspenseMicros;
    usage.points.forEach((point, index) => {
      merged.points[index].costMicros += point.costMicros;
      merged.points[index].calls += point.calls;
    });
  }
  return merged;
}

/** Gathers the rows of a report by what they tell of, the costliest first, the rest together. */
export function foldUsage(
  rows: readonly UsageRow[],
  suspense: readonly { key: string; cost: number }[],
  options: { buckets: number; groups: number },
): {
  total: Usage;
  groups: (Usage & { key: string })[];
  rest?: Usage & { groups: number };
} {
  const { buckets, groups } = options;
  const byKey = new Map<string, Usage>();
  for (const row of rows) {
    let usage = byKey.get(row.key);
    if (!usage) {
      usage = unused(buckets);
      byKey.set(row.key, usage);
    }
    add(usage, row);
  }
  for (const { key, cost } of suspense) {
    const usage = byKey.get(key);
    if (usage) {
      usage.suspenseMicros = cost;
    }
  }
  const all = [...byKey]
    .map(([key, usage]) => ({ key, ...usage }))
    .sort((a, b) => b.costMicros - a.costMicros || (a.key < b.key ? -1 : 1));
  const others = all.slice(groups);
  return {
    total: merge(all, buckets),
    groups: all.slice(0, groups),
    rest:
      others.length > 0
        ? { groups: others.length, ...merge(others, buckets) }
        : undefined,
  };
}
