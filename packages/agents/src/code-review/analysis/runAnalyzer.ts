import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { AnalyzerFinding } from '../analyzers/Analyzer';
import type { ReviewedFile } from '../git/ChangedFile';
import type { ReviewLimits } from '../ReviewLimits';
import {
  analyzerWorkerFile,
  type AnalyzerMessage,
  type AnalyzerWorkerData,
} from './analyzerWorker';

/** What an analyzer found in a file. */
export interface FileFindings {
  file: ReviewedFile;
  findings: AnalyzerFinding[];
}

/** How an analyzer got on. */
export interface AnalyzerRun {
  name: string;
  version?: string;
  status: 'ran' | 'skipped' | 'failed';
  filesChecked: number;
  durationMs: number;
  /** Why it was skipped, or how it failed. */
  message?: string;
  results: FileFindings[];
  /** Texts that must not appear anywhere. */
  secrets: string[];
}

/** How often an analyzer is started again after a file that it cannot cope with. */
const MAX_RESTARTS = 3;

interface ThreadEnd {
  checked: number;
  /** Undefined when it came to its end. */
  problem?: string;
}

// Sources are compiled as they are loaded; what was built needs nothing.
function loaderArguments(): string[] {
  return extname(analyzerWorkerFile) === '.ts'
    ? ['--require', require.resolve('@backstage/cli/config/nodeTransform.cjs')]
    : [];
}

/**
 * Runs an analyzer in a thread of its own. A file on which it hangs, crashes or
 * takes too much memory is passed over, and the analyzer counts as failed; what
 * it found elsewhere stays.
 *
 * @throws the reason of the signal when that is aborted
 */
export async function runAnalyzer(options: {
  name: string;
  files: ReviewedFile[];
  limits: ReviewLimits;
  signal: AbortSignal;
}): Promise<AnalyzerRun> {
  const { name, files, limits, signal } = options;
  const startedAt = Date.now();
  const run: AnalyzerRun = {
    name,
    status: 'ran',
    filesChecked: 0,
    durationMs: 0,
    results: [],
    secrets: [],
  };
  const problems: string[] = [];
  let rest = files;
  while (rest.length > 0 && problems.length <= MAX_RESTARTS) {
    const left = startedAt + limits.analyzerMs - Date.now();
    if (left <= 0) {
      problems.push(`no time was left for ${rest.length} files`);
      break;
    }
    const end = await runThread({ run, files: rest, limits, left, signal });
    if (end.problem) {
      const culprit = rest[end.checked];
      problems.push(`${culprit ? `${culprit.path}: ` : ''}${end.problem}`);
    }
    run.filesChecked += end.checked;
    rest = end.problem ? rest.slice(end.checked + 1) : [];
  }
  if (problems.length > 0) {
    run.status = 'failed';
    run.message = problems.join('; ');
  }
  run.durationMs = Date.now() - startedAt;
  return run;
}

async function runThread(options: {
  run: AnalyzerRun;
  files: ReviewedFile[];
  limits: ReviewLimits;
  left: number;
  signal: AbortSignal;
}): Promise<ThreadEnd> {
  const { run, files, limits, left, signal } = options;
  signal.throwIfAborted();
  const data: AnalyzerWorkerData = {
    analyzer: run.name,
    files,
    limits: { oversizedBytes: limits.oversizedBytes },
  };
  const worker = new Worker(analyzerWorkerFile, {
    workerData: data,
    execArgv: loaderArguments(),
    // What reads the text of strangers has no use for the agent's keys.
    env: {},
    stdout: true,
    stderr: true,
    resourceLimits: { maxOldGenerationSizeMb: limits.analyzerMemoryMib },
  });
  worker.stdout.resume();
  worker.stderr.resume();

  let checked = 0;
  let stepTimer: NodeJS.Timeout | undefined;
  let totalTimer: NodeJS.Timeout | undefined;
  let onAbort: () => void = () => {};
  try {
    const problem = await new Promise<string | undefined>((resolve, reject) => {
      const startStep = () => {
        clearTimeout(stepTimer);
        stepTimer = setTimeout(
          () => resolve(`took longer than ${limits.analyzerStepMs / 1000} s`),
          limits.analyzerStepMs,
        );
      };
      onAbort = () => reject(signal.reason);
      signal.addEventListener('abort', onAbort);
      totalTimer = setTimeout(() => resolve('no time was left'), left);
      startStep();
      worker.on('message', (message: AnalyzerMessage) => {
        if (message.kind === 'done') {
          resolve(undefined);
          return;
        }
        startStep();
        if (message.kind === 'loaded') {
          run.version = message.version;
        } else {
          checked = message.index + 1;
          run.results.push({
            file: files[message.index],
            findings: message.findings,
          });
          run.secrets.push(...message.secrets);
        }
      });
      worker.once('error', error => resolve(describe(error)));
      worker.once('exit', code => resolve(`ended with code ${code}`));
    });
    return { checked, problem };
  } finally {
    clearTimeout(stepTimer);
    clearTimeout(totalTimer);
    signal.removeEventListener('abort', onAbort);
    await worker.terminate();
  }
}

function describe(error: unknown): string {
  const { code, message } = error as { code?: string; message?: string };
  return code === 'ERR_WORKER_OUT_OF_MEMORY'
    ? 'needed too much memory'
    : `failed: ${message ?? String(error)}`;
}
