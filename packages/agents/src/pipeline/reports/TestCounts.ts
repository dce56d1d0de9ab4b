/** How tests went. */
export interface TestCounts {
  total: number;
  passed: number;
  failed: number;
  skipped: number;
}

/** How tests went, and how that is known. */
export interface TestReport extends TestCounts {
  /** JUnit XML that the tests wrote, or what they printed. */
  source: 'junit' | 'output';
  /** Names of tests that failed, the first ones. */
  failures: string[];
}

/** How many names of tests that failed are kept. */
export const MAX_FAILURES = 20;

/** The sum of counts. */
export function addCounts(counts: readonly TestCounts[]): TestCounts {
  const sum = { total: 0, passed: 0, failed: 0, skipped: 0 };
  for (const each of counts) {
    sum.total += each.total;
    sum.passed += each.passed;
    sum.failed += each.failed;
    sum.skipped += each.skipped;
  }
  return sum;
}
