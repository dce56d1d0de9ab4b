import { XMLParser } from 'fast-xml-parser';
import { MAX_FAILURES, type TestCounts } from './TestCounts';

/** What one report of JUnit says. */
export interface JunitReport extends TestCounts {
  failures: string[];
}

const MAX_NAME_CHARACTERS = 200;

const parser = new XMLParser({
  ignoreAttributes: false,
  attributeNamePrefix: '@',
  // A report has no need of entities of its own, and they are how XML bombs are built.
  processEntities: { enabled: true, maxTotalExpansions: 100_000 },
  isArray: name => name === 'testcase' || name === 'testsuite',
});

type Node = Record<string, unknown>;

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function listOf(value: unknown): Node[] {
  return (Array.isArray(value) ? value : []).filter(isNode);
}

/** Cases are counted rather than attributes believed: writers differ in what these mean. */
function* casesIn(suite: Node, depth = 0): Generator<Node> {
  yield* listOf(suite.testcase);
  if (depth < 20) {
    for (const inner of listOf(suite.testsuite)) {
      yield* casesIn(inner, depth + 1);
    }
  }
}

function nameOf(testCase: Node): string {
  return [testCase['@classname'], testCase['@name']]
    .filter(part => typeof part === 'string' && part !== '')
    .join(' ')
    .slice(0, MAX_NAME_CHARACTERS);
}

/**
 * Counts the tests in a report in JUnit's format; undefined when the text is
 * something else. The format is described at
 * https://github.com/testmoapp/junitxml.
 */
export function parseJunit(text: string): JunitReport | undefined {
  let root: unknown;
  try {
    root = parser.parse(text);
  } catch {
    return undefined;
  }
  if (!isNode(root) || !('testsuites' in root || 'testsuite' in root)) {
    return undefined;
  }
  const top = isNode(root.testsuites) ? root.testsuites : root;
  const report: JunitReport = {
    total: 0,
    passed: 0,
    failed: 0,
    skipped: 0,
    failures: [],
  };
  for (const testCase of casesIn(top)) {
    report.total += 1;
    if ('failure' in testCase || 'error' in testCase) {
      report.failed += 1;
      if (report.failures.length < MAX_FAILURES) {
        report.failures.push(nameOf(testCase));
      }
    } else if ('skipped' in testCase) {
      report.skipped += 1;
    } else {
      report.passed += 1;
    }
  }
  return report;
}
