import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Artifact, ClaimedTask, TaskContext } from '@devart/agent-sdk';
import { TestRepository } from '../../__testUtils__/TestRepository';
import { Workspaces } from '../../workspace/Workspaces';
import { createPipeline } from '../createPipeline';
import type { PipelineLimits } from '../PipelineLimits';
import { readPipelineSettings } from '../readPipelineSettings';

/** What came of a task. */
export interface TaskRecord {
  output?: Record<string, any>;
  summary?: string;
  error?: Error;
  lines: string[];
  artifacts: Map<string, string>;
}

/** A repository, a folder for releases, and the agent that works with them. */
export class PipelineBench {
  readonly root = mkdtempSync(join(tmpdir(), 'devart-pipeline-'));
  readonly repository = new TestRepository(join(this.root, 'allowed', 'shop'));
  readonly deployFolder = join(this.root, 'deployed');
  environment: Record<string, string | undefined> = {
    PATH: process.env.PATH,
    SECRET: 'do-not-tell',
    DEVART_AGENT_KEY: 'dvk_do-not-tell',
    DEVART_AGENTS_RUN_REPOSITORIES: join(this.root, 'allowed'),
    DEVART_AGENTS_DEPLOY_DIR: this.deployFolder,
  };
  #tasks = 0;

  /** Runs the agent's handler on a task; whatever it throws is part of the record. */
  async run(
    capability: string,
    input: Record<string, unknown>,
    options: {
      id?: string;
      signal?: AbortSignal;
      limits?: Partial<PipelineLimits>;
      onLine?: (line: string) => void;
    } = {},
  ): Promise<TaskRecord> {
    const lines: string[] = [];
    const artifacts = new Map<string, string>();
    const log = (line: string) => {
      lines.push(line);
      options.onLine?.(line);
    };
    this.#tasks += 1;
    const work = join(this.root, `work-${this.#tasks}`);
    const task: ClaimedTask = {
      id: options.id ?? `task-${this.#tasks}`,
      attempt: 1,
      title: 'A task',
      description: '',
      type: 'task',
      priority: 'medium',
      capabilities: [capability],
      input,
      maxAttempts: 1,
      leaseExpiresAt: '2030-01-01T00:00:00Z',
    };
    const context: TaskContext = {
      log: { debug: log, info: log, warn: log, error: log },
      signal: options.signal ?? new AbortController().signal,
      traceparent: undefined,
      progress: () => {},
      addArtifact: async ({ name, content }: Artifact) => {
        artifacts.set(name, String(content));
      },
      createSuccessor: () => Promise.reject(new Error('not asked for')),
      recordSolution: () => Promise.reject(new Error('not asked for')),
      models: () => ({ baseUrl: '', apiKey: '', headers: {} }),
      request: () => Promise.reject(new Error('not asked for')),
    };
    const record: TaskRecord = { lines, artifacts };
    try {
      mkdirSync(work, { recursive: true, mode: 0o700 });
      const handler = createPipeline({
        workspaces: await Workspaces.create(work),
        settings: readPipelineSettings(this.environment),
        environment: this.environment,
        limits: { graceMs: 500, ...options.limits },
      });
      const result = await handler(task, context);
      record.output = result?.output;
      record.summary = result?.summary;
    } catch (error) {
      record.error = error as Error;
    }
    const left = readdirSync(work);
    if (left.length > 0) {
      throw new Error(`left behind: ${left}`);
    }
    return record;
  }

  remove(): void {
    rmSync(this.root, { recursive: true, force: true });
  }
}
