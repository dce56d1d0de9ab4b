import { randomUUID } from 'node:crypto';
import type { ClaimedTask, TaskContext } from '@devart/agent-sdk';
import type { ReviewOutput } from '@devart/plugin-devart-common';
import { runAnalyzer, type AnalyzerRun } from './analysis/runAnalyzer';
import { createAnalyzers } from './analyzers';
import { secrets as secretsAnalyzer } from './analyzers/secrets';
import type { ReviewedFile } from './git/ChangedFile';
import { ChangeReader, type Change } from './git/ChangeReader';
import { parseCloneSource } from '../git/CloneSource';
import { Git } from '../git/Git';
import { Repository, type Revisions } from '../git/Repository';
import type { ModelSettings } from './model/ModelSettings';
import { readWithModel } from './model/readWithModel';
import { collectFindings } from './review/collectFindings';
import { composeOutput, summarize } from './review/composeOutput';
import { composePatch } from './review/composePatch';
import { Redactor } from './review/Redactor';
import { tidyText } from './review/tidyText';
import type { ReviewLimits } from './ReviewLimits';

/** What the contract takes of a model's reading. */
const MAX_READING_CHARACTERS = 8000;

/** One review, from the clone to the output. */
export class CodeReview {
  readonly #task: ClaimedTask;
  readonly #context: TaskContext;
  readonly #folder: string;
  readonly #model: ModelSettings | undefined;
  readonly #limits: ReviewLimits;

  constructor(options: {
    task: ClaimedTask;
    context: TaskContext;
    folder: string;
    model: ModelSettings | undefined;
    limits: ReviewLimits;
  }) {
    this.#task = options.task;
    this.#context = options.context;
    this.#folder = options.folder;
    this.#model = options.model;
    this.#limits = options.limits;
  }

  async run(): Promise<ReviewOutput> {
    const { log } = this.#context;
    this.#context.progress(0, 'Cloning');
    const { reader, revisions } = await this.#checkOut();

    this.#context.progress(20, 'Reading the change');
    const change = await reader.read(revisions);
    log.info(
      `${change.filesChanged} files changed, ${change.linesAdded} lines added, ${change.linesDeleted} deleted`,
    );
    for (const omission of change.omissions) {
      log.warn(omission);
    }

    const runs = await this.#analyze(change);
    const redactor = new Redactor(runs.flatMap(({ secrets }) => secrets));
    const clean = cleanPaths(runs);
    const { findings, impossible } = collectFindings({
      runs,
      redactor,
      mayQuote: file => clean.has(file.path),
    });

    this.#context.progress(85, 'Writing down what was found');
    const patch = await this.#keepPatch(reader, revisions, clean, redactor);
    const reading = await this.#readWithModel(patch, redactor);
    const output = composeOutput(
      {
        baseSha: revisions.base,
        headSha: revisions.head,
        filesChanged: change.filesChanged,
        linesAdded: change.linesAdded,
        linesDeleted: change.linesDeleted,
        analyzers: [
          ...runs.map(run => describeRun(run, redactor)),
          ...reading.runs,
        ],
        modelReading: reading.modelReading,
      },
      findings,
      impossible,
    );
    await this.#keepReview(output, findings);
    log.info(summarize(output));
    this.#context.progress(100, 'Done');
    return output;
  }

  async #checkOut(): Promise<{ reader: ChangeReader; revisions: Revisions }> {
    const { log, request, signal } = this.#context;
    const { id, attempt } = this.#task;
    const { cloneUrl, credential, base, head, fetchRef } = await request(
      client => client.reviews.checkout({ id, attempt }),
    );
    const limits = this.#limits;
    log.info(`Cloning ${cloneUrl}`);
    const git = await Git.create({
      folder: this.#folder,
      source: parseCloneSource(cloneUrl),
      credential,
      signal,
      maxFolderBytes: limits.cloneBytes,
    });
    const repository = new Repository({
      git,
      cloneMs: limits.cloneMs,
      gitMs: limits.gitMs,
    });
    await repository.fetch({ base, head, fetchRef });
    const revisions = await repository.resolve({ base, head });
    log.info(
      `Reviewing ${revisions.base.slice(0, 12)} (${revisions.baseIs}) to ${revisions.head.slice(0, 12)}`,
    );
    return { reader: new ChangeReader({ git, limits }), revisions };
  }

  async #analyze(change: Change): Promise<AnalyzerRun[]> {
    const { log, progress, signal } = this.#context;
    const analyzers = createAnalyzers(this.#limits);
    const runs: AnalyzerRun[] = [];
    for (const [index, analyzer] of analyzers.entries()) {
      progress(
        Math.round(30 + (index / analyzers.length) * 55),
        `Checking with ${analyzer.name}`,
      );
      const files = change.files.filter(file => analyzer.applies(file));
      if (files.length === 0) {
        runs.push(skipped(analyzer.name));
        continue;
      }
      const run = await runAnalyzer({
        name: analyzer.name,
        files,
        limits: this.#limits,
        signal,
      });
      runs.push(run);
      const seconds = (run.durationMs / 1000).toFixed(1);
      if (run.status === 'failed') {
        log.warn(`${run.name} failed after ${seconds} s; the review goes on`);
      } else {
        log.info(
          `${run.name} checked ${run.filesChecked} files in ${seconds} s`,
        );
      }
    }
    return runs;
  }

  /** Keeps the patch with the task, and returns it as it may be shown. */
  async #keepPatch(
    reader: ChangeReader,
    revisions: Revisions,
    clean: Set<string>,
    redactor: Redactor,
  ): Promise<Buffer> {
    const { parts, truncated } = await reader.patches(revisions);
    const patch = composePatch({
      parts,
      isClean: path => clean.has(path),
      redactor,
      truncated,
      maxBytes: this.#limits.artifactBytes,
    });
    await this.#context.addArtifact({
      name: 'diff.patch',
      mediaType: 'text/x-diff',
      content: patch,
    });
    return patch;
  }

  async #readWithModel(
    patch: Buffer,
    redactor: Redactor,
  ): Promise<{
    runs: ReviewOutput['analyzers'];
    modelReading?: ReviewOutput['modelReading'];
  }> {
    const settings = this.#model;
    if (!settings) {
      return { runs: [] };
    }
    const { log, signal } = this.#context;
    const { modelMs, modelPatchBytes } = this.#limits;
    const startedAt = Date.now();
    this.#context.progress(90, `Asking ${settings.model}`);
    const run = { name: 'model', version: tidyText(settings.model, 60) };
    try {
      const shown = patch.subarray(0, modelPatchBytes).toString('utf8');
      const text = await readWithModel({
        settings,
        patch: shown,
        marker: `=== patch ${randomUUID()} ===`,
        timeoutMs: modelMs,
        signal,
      });
      const durationMs = Date.now() - startedAt;
      log.info(`${settings.model} read the change in ${durationMs} ms`);
      return {
        runs: [{ ...run, status: 'ran', filesChecked: 0, durationMs }],
        modelReading: {
          model: tidyText(settings.model, 200),
          // Masked before it is cut, since half a secret is not recognised.
          text: tidyText(redactor.mask(text), MAX_READING_CHARACTERS),
        },
      };
    } catch (error) {
      signal.throwIfAborted();
      const message = tidyText(redactor.mask((error as Error).message), 1000);
      log.warn(`${settings.model} could not read the change: ${message}`);
      const durationMs = Date.now() - startedAt;
      return {
        runs: [
          { ...run, status: 'failed', filesChecked: 0, durationMs, message },
        ],
      };
    }
  }

  /** Keeps everything that was found with the task, also what the output has no room for. */
  async #keepReview(
    output: ReviewOutput,
    findings: ReviewOutput['findings'],
  ): Promise<void> {
    let kept = findings;
    let content = '';
    do {
      content = JSON.stringify({ ...output, findings: kept }, undefined, 2);
      kept = kept.slice(0, Math.floor(kept.length * 0.8));
    } while (
      Buffer.byteLength(content) > this.#limits.artifactBytes &&
      kept.length > 0
    );
    await this.#context.addArtifact({
      name: 'review.json',
      mediaType: 'application/json',
      content,
    });
  }
}

/** Files that were searched for secrets without any being found. */
function cleanPaths(runs: AnalyzerRun[]): Set<string> {
  const searched = runs
    .filter(({ name }) => name === secretsAnalyzer.name)
    .flatMap(({ results }) => results);
  const isClean = ({ file, findings }: (typeof searched)[number]) =>
    findings.length === 0 && isRead(file);
  return new Set(searched.filter(isClean).map(({ file }) => file.path));
}

/** Whether all that a patch can show of a file has been read. */
function isRead(file: ReviewedFile): boolean {
  const { kind, oldKind, text, oldText, size, oldSize } = file;
  return (
    (kind !== 'file' || text !== undefined || size === 0) &&
    (oldKind !== 'file' || oldText !== undefined || oldSize === 0)
  );
}

function skipped(name: string): AnalyzerRun {
  return {
    name,
    status: 'skipped',
    filesChecked: 0,
    durationMs: 0,
    message: 'The change has no files for it',
    results: [],
    secrets: [],
  };
}

function describeRun(
  run: AnalyzerRun,
  redactor: Redactor,
): ReviewOutput['analyzers'][number] {
  const { name, version, status, filesChecked, durationMs, message } = run;
  return {
    name,
    version: version && tidyText(version, 60),
    status,
    filesChecked,
    durationMs,
    message: message && tidyText(redactor.mask(message), 1000),
  };
}
