import { parseJunit } from './parseJunit';
import { parseTestOutput } from './parseTestOutput';

describe('parseTestOutput', () => {
  it.each([
    [
      'node',
      '✖ adds (1.5ms)\nℹ tests 3\nℹ pass 1\nℹ fail 1\nℹ cancelled 0\nℹ skipped 1\nℹ todo 0',
      [1, 1, 1],
      ['adds'],
    ],
    [
      'node as TAP',
      'TAP version 13\nok 1 - a\nnot ok 2 - b\n1..2\n# tests 2\n# pass 1\n# fail 1\n# skipped 0',
      [1, 1, 0],
      ['b'],
    ],
    [
      'TAP',
      '1..3\nok 1 - a\nnot ok 2 - b\nok 3 - c # SKIP later',
      [1, 1, 1],
      ['b'],
    ],
    [
      'Jest',
      'Test Suites: 1 failed, 2 passed, 3 total\nTests:       1 failed, 2 skipped, 20 passed, 23 total',
      [20, 1, 2],
      [],
    ],
    ['Vitest', '      Tests  1 failed | 4 passed (5)', [4, 1, 0], []],
    ['Mocha', '  3 passing (12ms)\n  1 pending\n  2 failing', [3, 2, 1], []],
    [
      'pytest',
      'FAILED test_a.py::test_b - assert 1 == 2\n==== 1 failed, 3 passed, 1 skipped in 0.12s ====',
      [3, 1, 1],
      ['test_a.py::test_b - assert 1 == 2'],
    ],
    [
      'unittest',
      'Ran 5 tests in 0.001s\n\nFAILED (failures=1, errors=1, skipped=1)',
      [2, 2, 1],
      ['(failures=1, errors=1, skipped=1)'],
    ],
    [
      'Cargo',
      'test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured\ntest result: FAILED. 1 passed; 1 failed; 0 ignored;',
      [4, 1, 1],
      [],
    ],
    [
      'Go',
      '--- PASS: TestA (0.00s)\n    --- FAIL: TestB/x (0.00s)\n--- SKIP: TestC (0.00s)\nFAIL',
      [1, 1, 1],
      ['TestB/x'],
    ],
  ])('reads what %s prints', (_, text, [passed, failed, skipped], failures) => {
    expect(parseTestOutput(text)).toEqual({
      total: passed + failed + skipped,
      passed,
      failed,
      skipped,
      failures,
    });
  });

  it('claims nothing where nothing is said', () => {
    expect(
      parseTestOutput('3 passed the exam\nok\nDone in 3 s'),
    ).toBeUndefined();
  });
});

describe('parseJunit', () => {
  it('counts cases in suites within suites', () => {
    expect(
      parseJunit(
        '<?xml version="1.0"?><testsuites><testsuite><testsuite><testcase name="a"/></testsuite><testcase name="b"><error/></testcase></testsuite></testsuites>',
      ),
    ).toEqual({ total: 2, passed: 1, failed: 1, skipped: 0, failures: ['b'] });
  });

  it.each([
    '<project/>',
    'not xml',
    '<testsuites>',
    `<!DOCTYPE x [<!ENTITY a "${'x'.repeat(1000)}"><!ENTITY b "${'&a;'.repeat(1000)}">]><p>${'&b;'.repeat(1000)}</p>`,
  ])('takes nothing else for a report', text => {
    expect(parseJunit(text)?.total ?? 0).toBe(0);
  });
});
