/**
 * What may go wrong between GitHub and whoever asks it.
 *
 * - `primary-rate-limit`: 403, nothing remaining until `resetAt`
 * - `secondary-rate-limit`: 403, with `retry-after` when it is given
 * - `too-many-requests`: 429 with `retry-after`
 * - `outage`: 500, 502 (a page in HTML, as GitHub's) or 503
 * - `slow`: the answer comes after `delayMs`
 * - `bad-credentials`: 401, as for an expired token
 * - `cut-connection`: nothing is done, and no answer comes
 * - `lost-answer`: it is done, but no answer comes
 * - `broken-answer`: it is done, and the connection breaks within the answer
 * - `not-github`: something between answers 200 with a page of its own
 */
export type Fault =
  | { kind: 'primary-rate-limit'; resetAt: Date }
  | { kind: 'secondary-rate-limit'; retryAfterSeconds?: number }
  | { kind: 'too-many-requests'; retryAfterSeconds: number }
  | { kind: 'outage'; status: 500 | 502 | 503 }
  | { kind: 'slow'; delayMs: number }
  | { kind: 'bad-credentials' }
  | { kind: 'cut-connection' }
  | { kind: 'lost-answer' }
  | { kind: 'broken-answer' }
  | { kind: 'not-github' };

/** Which requests a fault meets. */
export interface FaultScope {
  /** How many requests; 1 unless given. */
  times?: number;
  /** How many requests that match pass before the first is met. */
  after?: number;
  method?: string;
  /** Part of the path. */
  path?: string;
}

interface PlannedFault {
  fault: Fault;
  scope: FaultScope;
  passed: number;
  met: number;
}

/** Faults that are still to come. */
export class FaultPlan {
  readonly #planned: PlannedFault[] = [];

  add(fault: Fault, scope: FaultScope): void {
    this.#planned.push({ fault, scope, passed: 0, met: 0 });
  }

  clear(): void {
    this.#planned.length = 0;
  }

  /** The fault that meets a request, if one does. */
  next(method: string, path: string): Fault | undefined {
    for (const planned of this.#planned) {
      const { scope } = planned;
      if (
        planned.met >= (scope.times ?? 1) ||
        (scope.method && scope.method !== method) ||
        (scope.path && !path.includes(scope.path))
      ) {
        continue;
      }
      if (planned.passed < (scope.after ?? 0)) {
        planned.passed++;
        continue;
      }
      planned.met++;
      return planned.fault;
    }
    return undefined;
  }
}
