import { isMainThread, parentPort, workerData } from 'node:worker_threads';
import { createAnalyzers } from '../analyzers';
import type { AnalyzerFinding } from '../analyzers/Analyzer';
import type { ReviewedFile } from '../git/ChangedFile';
import type { ReviewLimits } from '../ReviewLimits';

/** What the thread of an analyzer is started with. */
export interface AnalyzerWorkerData {
  analyzer: string;
  files: ReviewedFile[];
  limits: Pick<ReviewLimits, 'oversizedBytes'>;
}

/** What it says, in this order: `loaded` once, `checked` for each file, `done`. */
export type AnalyzerMessage =
  | { kind: 'loaded'; version?: string }
  | {
      kind: 'checked';
      index: number;
      findings: AnalyzerFinding[];
      secrets: string[];
    }
  | { kind: 'done' };

/** The file to start a thread with. */
export const analyzerWorkerFile = __filename;

async function serve(data: AnalyzerWorkerData): Promise<void> {
  const say = (message: AnalyzerMessage) => parentPort!.postMessage(message);
  const analyzer = createAnalyzers(data.limits).find(
    ({ name }) => name === data.analyzer,
  )!;
  const loaded = await analyzer.load();
  say({ kind: 'loaded', version: loaded.version });
  for (const [index, file] of data.files.entries()) {
    const secrets: string[] = [];
    const findings = await loaded.run(file, secret => secrets.push(secret));
    say({ kind: 'checked', index, findings, secrets });
  }
  say({ kind: 'done' });
}

if (!isMainThread && workerData?.analyzer) {
  void serve(workerData as AnalyzerWorkerData);
}
