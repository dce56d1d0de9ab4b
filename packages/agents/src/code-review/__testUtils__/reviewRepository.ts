import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Artifact, ClaimedTask, TaskContext } from '@devart/agent-sdk';
import type { ReviewOutput } from '@devart/plugin-devart-common';
import {
  createCodeReviewer,
  type CodeReviewerOptions,
} from '../createCodeReviewer';
import { Workspaces } from '../../workspace/Workspaces';

/** What the control plane answers when the agent asks what to clone. */
export interface Checkout {
  cloneUrl: string;
  credential?: { username: string; password: string; expiresAt: string };
  base?: string;
  head: string;
  fetchRef?: string;
}

/** Everything that left the agent. */
export interface ReviewRecord {
  output: ReviewOutput;
  summary: string;
  lines: string[];
  progress: { percent: number; message?: string }[];
  artifacts: Map<string, string>;
  /** All of it as one text, to search in. */
  everything: string;
}

const TASK: ClaimedTask = {
  id: '0199a0a0-0000-7000-8000-000000000001',
  attempt: 1,
  title: 'Review a change',
  description: '',
  type: 'code-review',
  priority: 'high',
  capabilities: ['code-review'],
  input: {},
  maxAttempts: 3,
  leaseExpiresAt: '2030-01-01T00:00:00Z',
};

/** Runs the agent's handler on a repository, as if the control plane had asked for it. */
export async function reviewRepository(
  checkout: Checkout,
  options: Partial<CodeReviewerOptions> & {
    signal?: AbortSignal;
    /** Models that the portal offers at a base URL. */
    portal?: { baseUrl: string; models: { id: string; name: string }[] };
    task?: Partial<ClaimedTask>;
  } = {},
): Promise<ReviewRecord> {
  const {
    signal = new AbortController().signal,
    task,
    portal = { baseUrl: 'http://127.0.0.1:9', models: [] },
    ...rest
  } = options;
  const root = mkdtempSync(join(tmpdir(), 'devart-work-'));
  const lines: string[] = [];
  const progress: ReviewRecord['progress'] = [];
  const artifacts = new Map<string, string>();
  const log = (level: string) => (message: string) =>
    void lines.push(`${level}: ${message}`);
  const context: TaskContext = {
    log: {
      debug: log('debug'),
      info: log('info'),
      warn: log('warn'),
      error: log('error'),
    },
    signal,
    traceparent: undefined,
    progress: (percent, message) => void progress.push({ percent, message }),
    addArtifact: async ({ name, content }: Artifact) => {
      artifacts.set(name, Buffer.from(content as string).toString('utf8'));
    },
    createSuccessor: () => Promise.reject(new Error('not asked for')),
    recordSolution: () => Promise.reject(new Error('not asked for')),
    models: () => ({
      baseUrl: portal.baseUrl,
      apiKey: 'dvk_of-the-agent',
      headers: { 'x-devart-task': TASK.id },
    }),
    request: call =>
      call({
        reviews: { checkout: async () => checkout },
        gateway: {
          status: async () => ({
            upstreams: [
              {
                models: portal.models.map(model => ({
                  ...model,
                  price: { inputMillionMicros: 1, outputMillionMicros: 1 },
                })),
              },
            ],
          }),
        },
      } as unknown as Parameters<typeof call>[0]),
  };
  try {
    const workspaces = await Workspaces.create(root);
    const handler = createCodeReviewer({ workspaces, ...rest });
    const result = await handler({ ...TASK, ...task }, context);
    const { output, summary } = result as {
      output: ReviewOutput;
      summary: string;
    };
    return {
      output,
      summary,
      lines,
      progress,
      artifacts,
      everything: [
        JSON.stringify(output),
        summary,
        ...lines,
        ...artifacts.values(),
        JSON.stringify(progress),
      ].join('\n'),
    };
  } finally {
    const left = readdirSync(root);
    rmSync(root, { recursive: true });
    if (left.length > 0) {
      // eslint-disable-next-line no-unsafe-finally -- worse than whatever else went wrong
      throw new Error(`left behind: ${left}`);
    }
  }
}
