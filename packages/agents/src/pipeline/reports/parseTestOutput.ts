import { addCounts, MAX_FAILURES, type TestCounts } from './TestCounts';

/** What printed lines say of tests. */
export interface PrintedReport extends TestCounts {
  failures: string[];
}

type Counter = (lines: string[]) => TestCounts[];

function counts(passed: number, failed: number, skipped: number): TestCounts {
  return { total: passed + failed + skipped, passed, failed, skipped };
}

/** The number before each of the words, 0 where the line has none. */
function numbersIn(line: string, words: string[][]): number[] {
  return words.map(alternatives =>
    alternatives
      .map(word => Number(new RegExp(`(\\d+) ${word}`).exec(line)?.[1] ?? 0))
      .reduce((sum, each) => sum + each, 0),
  );
}

/** A closing block of lines such as `# pass 3`, as `node --test` prints it. */
const nodeTest: Counter = lines => {
  const found: Record<string, number> = {};
  for (const line of lines) {
    const match = /^(?:#|ℹ) (pass|fail|cancelled|skipped|todo) (\d+)$/.exec(
      line,
    );
    if (match) {
      found[match[1]] = (found[match[1]] ?? 0) + Number(match[2]);
    }
  }
  const { pass, fail, cancelled = 0, skipped = 0, todo = 0 } = found;
  return pass === undefined || fail === undefined
    ? []
    : [counts(pass, fail + cancelled, skipped + todo)];
};

/** `Tests:       1 failed, 2 skipped, 20 passed, 23 total` of Jest; Vitest is alike. */
const jestOrVitest: Counter = lines =>
  lines
    .filter(line => /^\s*Tests:?\s+.*\d+ (?:passed|failed)/.test(line))
    .map(line => {
      const [passed, failed, skipped] = numbersIn(line, [
        ['passed'],
        ['failed'],
        ['skipped', 'todo', 'pending'],
      ]);
      return counts(passed, failed, skipped);
    });

/** `=== 3 passed, 1 failed in 0.12s ===` of pytest. */
const pytest: Counter = lines =>
  lines
    .filter(line =>
      /^=* ?(?:\d+ [a-z]+, )*\d+ [a-z]+ in [\d.]+s\b.*$/.test(line),
    )
    .map(line => {
      const [passed, failed, skipped] = numbersIn(line, [
        ['passed', 'xpassed'],
        ['failed', 'error'],
        ['skipped', 'xfailed'],
      ]);
      return counts(passed, failed, skipped);
    });

/** `Ran 5 tests in 0.001s` of unittest, and a line with what went wrong after it. */
const unittest: Counter = lines =>
  lines.flatMap((line, index) => {
    const total = /^Ran (\d+) tests? in /.exec(line)?.[1];
    if (total === undefined) {
      return [];
    }
    const verdict = lines.slice(index + 1).find(next => next !== '') ?? '';
    const of = (name: string) =>
      Number(new RegExp(`\\b${name}=(\\d+)`).exec(verdict)?.[1] ?? 0);
    const failed = of('failures') + of('errors') + of('unexpected successes');
    const skipped = of('skipped');
    return [counts(Number(total) - failed - skipped, failed, skipped)];
  });

/** `test result: ok. 3 passed; 0 failed; 1 ignored; …` of Cargo, once for each binary. */
const cargo: Counter = lines =>
  lines
    .filter(line => line.startsWith('test result: '))
    .map(line => {
      const [passed, failed, skipped] = numbersIn(line, [
        ['passed'],
        ['failed'],
        ['ignored'],
      ]);
      return counts(passed, failed, skipped);
    });

/** `--- PASS: TestX (0.00s)` of Go, with or without indentation for tests in tests. */
const go: Counter = lines => {
  const verdicts = lines.flatMap(
    line => /^\s*--- (PASS|FAIL|SKIP): /.exec(line)?.[1] ?? [],
  );
  const of = (verdict: string) =>
    verdicts.filter(each => each === verdict).length;
  return verdicts.length > 0
    ? [counts(of('PASS'), of('FAIL'), of('SKIP'))]
    : [];
};

/** `3 passing`, `1 failing`, `2 pending` of Mocha. */
const mocha: Counter = lines => {
  const of = (word: string) =>
    lines.flatMap(
      line => new RegExp(`^\\s+(\\d+) ${word}\\b`).exec(line)?.[1] ?? [],
    );
  const passing = of('passing');
  return passing.length > 0
    ? [
        counts(
          Number(passing.at(-1)),
          Number(of('failing').at(-1) ?? 0),
          Number(of('pending').at(-1) ?? 0),
        ),
      ]
    : [];
};

/** `ok 1 - name` and `not ok 2 - name` of the Test Anything Protocol, https://testanything.org. */
const tap: Counter = lines => {
  const verdicts = lines.filter(line => /^(?:not )?ok\b/.test(line));
  const isPlanned = lines.some(line => /^1\.\.\d+/.test(line));
  if (!isPlanned || verdicts.length === 0) {
    return [];
  }
  const skipped = verdicts.filter(line => /# (?:SKIP|TODO)\b/i.test(line));
  const failed = verdicts.filter(
    line => line.startsWith('not ok') && !skipped.includes(line),
  );
  return [
    counts(
      verdicts.length - failed.length - skipped.length,
      failed.length,
      skipped.length,
    ),
  ];
};

const COUNTERS: Counter[] = [
  nodeTest,
  jestOrVitest,
  pytest,
  unittest,
  cargo,
  go,
  mocha,
  tap,
];

const FAILED_TEST =
  /^\s*(?:not ok \d+ - |✖ |--- FAIL: |FAILED |● |FAIL: )(.{1,200}?)(?: \([\d.]+ ?m?s\))?$/;

/**
 * Counts tests by what the runner printed: the first of the known runners that
 * left its traces. Undefined when none did.
 */
export function parseTestOutput(text: string): PrintedReport | undefined {
  const lines = text.split('\n');
  for (const counter of COUNTERS) {
    const found = counter(lines);
    if (found.length > 0) {
      const names = lines.flatMap(line => FAILED_TEST.exec(line)?.[1] ?? []);
      const sum = addCounts(found);
      return {
        ...sum,
        failures:
          sum.failed > 0
            ? [...new Set(names)]
                .filter(name => name !== 'failing tests:')
                .slice(0, MAX_FAILURES)
            : [],
      };
    }
  }
  return undefined;
}
