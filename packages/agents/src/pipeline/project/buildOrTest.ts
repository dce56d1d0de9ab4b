import { PermanentError, type TaskResult } from '@devart/agent-sdk';
import { z } from 'zod';
import type { PipelineContext } from '../PipelineContext';
import { readTaskInput } from '../readTaskInput';
import { reportTests, type JunitFile } from '../reports/reportTests';
import type { TestReport } from '../reports/TestCounts';
import type { Goal } from './BuildSystem';
import { nothingSaysHow } from './planGoal';
import { projectInput } from './projectInput';
import { ProjectRun, type GoalRun } from './ProjectRun';

const inputSchema = z.strictObject(projectInput);

/** How many reports are kept with the task, and the largest of them. */
const KEPT_REPORTS = 5;
const MAX_REPORT_BYTES = 1000 * 1024;

/**
 * Builds or tests a project as its repository says. The log and the reports are
 * kept with the task whatever comes out.
 *
 * @throws PermanentError when it fails, or when nothing says how
 */
export async function buildOrTest(
  goal: Goal,
  pipeline: PipelineContext,
): Promise<TaskResult> {
  const { task, context } = pipeline;
  const input = readTaskInput(task, inputSchema);
  const project = await ProjectRun.start(pipeline, input);
  const plan = await project.plan(goal);
  if (!plan) {
    throw nothingSaysHow(goal);
  }
  context.log.info(`Commands of ${plan.system}: ${plan.commands.join('; ')}`);

  const since = Date.now() - 1000;
  const run = await project.run(plan);
  await context.addArtifact({
    name: `${goal}.log`,
    mediaType: 'text/plain',
    content: project.output.text,
  });
  const tests =
    goal === 'test' ? await report(pipeline, project, since) : undefined;
  const failure = failureOf(run, tests);
  if (failure) {
    throw failure;
  }
  context.progress(100, 'Done');
  return {
    output: {
      repository: input.repository,
      path: input.path,
      revision: project.checkout.revision,
      system: run.system,
      commands: run.commands.map(({ command, exitCode, durationMs }) => ({
        command,
        exitCode,
        durationMs,
      })),
      durationMs: run.durationMs,
      ...(tests && { tests }),
    },
    summary: summarize(goal, run, tests),
  };
}

async function report(
  { context, limits }: PipelineContext,
  project: ProjectRun,
  since: number,
): Promise<TestReport | undefined> {
  const { tests, files } = await reportTests({
    reports: project.reports,
    project: project.checkout.project,
    since,
    output: project.output.text,
    maxFiles: limits.reports,
    maxBytes: limits.reportBytes,
  });
  for (const [index, file] of files.filter(isKept).entries()) {
    if (index < KEPT_REPORTS) {
      await context.addArtifact({
        name: `junit-${index + 1}.xml`,
        mediaType: 'application/xml',
        content: file.text,
      });
    }
  }
  return tests;
}

function isKept({ text }: JunitFile): boolean {
  return Buffer.byteLength(text) <= MAX_REPORT_BYTES;
}

function failureOf(
  { problem }: GoalRun,
  tests: TestReport | undefined,
): Error | undefined {
  if (!problem) {
    return undefined;
  }
  const counted =
    tests && tests.failed > 0
      ? `${tests.failed} of ${tests.total} tests failed${
          tests.failures.length > 0 ? `: ${tests.failures.join(', ')}` : ''
        }. `
      : '';
  const message = `${counted}${problem.message}`;
  return problem.isPermanent ? new PermanentError(message) : new Error(message);
}

function summarize(
  goal: Goal,
  { system, durationMs }: GoalRun,
  tests: TestReport | undefined,
): string {
  const seconds = (durationMs / 1000).toFixed(1);
  if (goal === 'build') {
    return `Built with ${system} in ${seconds} s.`;
  }
  if (!tests) {
    return `Tested with ${system} in ${seconds} s; how many tests there were is not known.`;
  }
  const skipped = tests.skipped > 0 ? `, ${tests.skipped} skipped` : '';
  return `${tests.passed} of ${tests.total} tests passed${skipped} in ${seconds} s.`;
}
