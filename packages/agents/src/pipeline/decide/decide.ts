import { z } from 'zod';
import { confidenceOfShare } from './confidenceOfShare';

const shareSchema = z.number().min(0).max(1);

/** What of an observation decisions are made from. */
export const observationSchema = z.looseObject({
  release: z.string().optional(),
  previousRelease: z.string().optional(),
  deployedAt: z.string().optional(),
  observedAt: z.string().optional(),
  samples: z.int().min(0).optional(),
  errors: z.int().min(0).optional(),
  reachable: z.boolean().optional(),
  /** Sorted. */
  latenciesMs: z.array(z.number()).max(100_000).optional(),
  log: z
    .looseObject({ lines: z.int().min(0), errors: z.int().min(0) })
    .optional(),
});

/** What counts as bad. */
export const thresholdsSchema = z.strictObject({
  /** The largest share of requests, and of log lines, that may fail, 0 to 1. */
  errorRate: shareSchema.default(0.05),
  /** 95 of 100 answers must be at least as quick; not looked at unless given. */
  latencyP95Ms: z.number().positive().optional(),
  /** With fewer requests nothing is decided. */
  minSamples: z.int().min(1).default(5),
  /** A release that is younger is suspected first. */
  recentSeconds: z.number().positive().default(3600),
});

/** What can be done about a release. */
export const REMEDIES = ['rollback', 'restart'] as const;

/** What to do about a release, and why. */
export interface Decision {
  action: 'none' | (typeof REMEDIES)[number];
  /** Whether enough was measured, and nothing of it is beyond its threshold. */
  isGood: boolean;
  /** How sure it is that the release is as good, or as bad, as the decision takes it for: 0 to 1. */
  confidence: number;
  reasons: string[];
}

type Observation = z.output<typeof observationSchema>;
type Thresholds = z.output<typeof thresholdsSchema>;

interface Finding {
  isBad: boolean;
  confidence: number;
  reason: string;
}

const SLOW_SHARE = 0.05;

const percent = (share: number) => `${(share * 100).toFixed(1)} %`;

/** What each measurement says by itself. */
function judge(seen: Observation, limits: Thresholds): Finding[] {
  const { samples = 0, errors = 0, latenciesMs = [], log } = seen;
  const findings: Finding[] = [];
  const share = (name: string, hits: number, total: number) => {
    const isBad = hits / total > limits.errorRate;
    findings.push({
      isBad,
      confidence: confidenceOfShare({ hits, total, limit: limits.errorRate }),
      reason: `${hits} of ${total} ${name} failed (${percent(hits / total)}); ${percent(limits.errorRate)} may`,
    });
  };
  if (samples > 0) {
    share('requests', errors, samples);
  }
  if (log && log.lines > 0) {
    share('log lines', log.errors, log.lines);
  }
  const { latencyP95Ms } = limits;
  if (latencyP95Ms !== undefined && latenciesMs.length > 0) {
    const total = latenciesMs.length;
    const hits = latenciesMs.filter(each => each > latencyP95Ms).length;
    findings.push({
      isBad: hits / total > SLOW_SHARE,
      confidence: confidenceOfShare({ hits, total, limit: SLOW_SHARE }),
      reason: `${hits} of ${total} answers took longer than ${latencyP95Ms} ms (${percent(hits / total)}); ${percent(SLOW_SHARE)} may`,
    });
  }
  return findings;
}

/**
 * What would help a release that is bad: a rollback when it is young and there
 * is one before it, since then it is the first suspect; a restart otherwise.
 */
function chooseRemedy(
  seen: Observation,
  limits: Thresholds,
  allowed: readonly (typeof REMEDIES)[number][],
): { action: Decision['action']; reason: string } {
  const { previousRelease, deployedAt, observedAt } = seen;
  const ageMs = Date.parse(observedAt ?? '') - Date.parse(deployedAt ?? '');
  const isRecent = ageMs <= limits.recentSeconds * 1000;
  const canRollBack = allowed.includes('rollback') && Boolean(previousRelease);
  const canRestart = allowed.includes('restart');
  if (canRollBack && (isRecent || !canRestart)) {
    return {
      action: 'rollback',
      reason: isRecent
        ? 'The release is recent, and there is one before it'
        : 'Only a rollback is allowed, and there is a release before it',
    };
  }
  if (canRestart) {
    return {
      action: 'restart',
      reason: !previousRelease
        ? 'There is no release before it to go back to'
        : 'The release has been there for a while',
    };
  }
  return { action: 'none', reason: 'Nothing that could help is allowed' };
}

/**
 * Decides what to do about a release from what was measured:
 *
 * 1. With fewer requests than `minSamples`, and no log, nothing is done.
 * 2. Each measurement is compared with its threshold.
 * 3. When none is beyond, nothing is done, as sure as the least sure of them.
 * 4. When one is, the remedy is a rollback for a recent release that has one
 *    before it, and else a restart, as far as they are allowed; as sure as the
 *    surest of those that are beyond.
 *
 * The same input always leads to the same decision.
 */
export function decide(options: {
  observation: Observation;
  thresholds: Thresholds;
  allowed: readonly (typeof REMEDIES)[number][];
}): Decision {
  const { observation, thresholds, allowed } = options;
  const { samples = 0, reachable, log } = observation;
  const hasLog = log !== undefined && log.lines > 0;
  if (samples < thresholds.minSamples && !hasLog) {
    return {
      action: 'none',
      isGood: false,
      confidence: 0,
      reasons: [
        `${samples} requests are too few to decide; ${thresholds.minSamples} are needed`,
      ],
    };
  }
  const findings = judge(observation, thresholds);
  const bad = findings.filter(({ isBad }) => isBad);
  if (bad.length === 0) {
    return {
      action: 'none',
      isGood: true,
      confidence: rounded(
        Math.min(...findings.map(({ confidence }) => confidence)),
      ),
      reasons: findings.map(({ reason }) => reason),
    };
  }
  const { action, reason } = chooseRemedy(observation, thresholds, allowed);
  return {
    action,
    isGood: false,
    confidence: rounded(Math.max(...bad.map(({ confidence }) => confidence))),
    reasons: [
      ...(reachable === false ? ['There was no answer at all'] : []),
      ...bad.map(each => each.reason),
      reason,
    ],
  };
}

function rounded(confidence: number): number {
  return Math.round(confidence * 1000) / 1000;
}
