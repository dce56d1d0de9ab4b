import { createRequire } from 'node:module';
import { BENCH_TOKEN, BenchBackend } from '../lib/BenchBackend.mts';
import type { EmbeddedPostgres } from '../lib/EmbeddedPostgres.mts';
import { percentile, rounded } from '../lib/statistics.mts';

// The packages of the workspace are CommonJS.
const require = createRequire(import.meta.url);
const { createDevartClient } =
  require('@devart/plugin-devart-common') as typeof import('@devart/plugin-devart-common');
const { DevartAgent } =
  require('@devart/agent-sdk') as typeof import('@devart/agent-sdk');

const ROUNDS = 5;
const TASKS_A_ROUND = 60;
const BACKLOG = 300;

/** Milliseconds. */
export interface PushFigures {
  /** From the call that creates a task to its handler, over HTTP. */
  startLatency: Record<'stream' | 'polling', { p50: number; p99: number }>;
  /** Tasks a second of one agent with a backlog and a concurrency of 1. */
  drain: Record<'stream' | 'polling', number>;
}

type Mode = 'stream' | 'polling';

const quiet = { debug() {}, info() {}, warn() {}, error() {} };

/**
 * How soon an agent begins a task, and how fast it works a backlog off, when
 * tasks come over a stream and when it asks for them; rounds interleaved.
 */
export async function benchPush(options: {
  postgres: EmbeddedPostgres;
  folder: string;
  say: (line: string) => void;
}): Promise<PushFigures> {
  const { postgres, folder, say } = options;
  const backend = await BenchBackend.start({
    folder,
    name: 'bench-push',
    postgresUrl: postgres.url(),
    databasePrefix: `bench_push_${process.pid}_`,
  });
  try {
    const admin = createDevartClient({
      baseUrl: backend.url,
      token: BENCH_TOKEN,
    });
    const latencies: Record<Mode, number[]> = { stream: [], polling: [] };
    const drains: Record<Mode, number[]> = { stream: [], polling: [] };
    for (let round = 0; round < ROUNDS; round++) {
      for (const mode of ['stream', 'polling'] as const) {
        const name = `${mode}-${round}`;
        const { key } = await admin.agents.register({
          name,
          capabilities: [name],
          maxConcurrent: 10,
        });
        const begun = new Map<string, () => void>();
        let done = 0;
        const start = () => {
          const worker = new DevartAgent({
            baseUrl: backend.url,
            key,
            stream: mode === 'stream',
            logger: quiet,
          });
          void worker.startConsuming(task => {
            done++;
            begun.get(task.title)?.();
          });
          return worker;
        };
        const create = (title: string) =>
          admin.tasks.create({ title, capabilities: [name] });
        const first = start();
        for (let index = -5; index < TASKS_A_ROUND; index++) {
          const title = `${name}-${index}`;
          const started = performance.now();
          const isBegun = new Promise<void>(resolve =>
            begun.set(title, resolve),
          );
          await create(title);
          await isBegun;
          if (index >= 0) {
            latencies[mode].push(performance.now() - started);
          }
        }
        await first.stop();
        done = 0;
        for (let index = 0; index < BACKLOG; index += 50) {
          await Promise.all(
            Array.from({ length: 50 }, (_, at) =>
              create(`backlog ${index + at}`),
            ),
          );
        }
        const second = start();
        while (done < BACKLOG / 10) {
          await new Promise(resolve => setTimeout(resolve, 5));
        }
        const [from, at] = [done, performance.now()];
        while (done < BACKLOG) {
          await new Promise(resolve => setTimeout(resolve, 1));
        }
        drains[mode].push(((done - from) * 1000) / (performance.now() - at));
        await second.stop();
      }
    }
    const figuresOf = (mode: Mode) => ({
      p50: rounded(percentile(latencies[mode], 0.5), 2),
      p99: rounded(percentile(latencies[mode], 0.99), 2),
    });
    const figures: PushFigures = {
      startLatency: {
        stream: figuresOf('stream'),
        polling: figuresOf('polling'),
      },
      drain: {
        stream: rounded(percentile(drains.stream, 0.5)),
        polling: rounded(percentile(drains.polling, 0.5)),
      },
    };
    for (const mode of ['stream', 'polling'] as const) {
      const { p50, p99 } = figures.startLatency[mode];
      say(
        `${mode}: from create to handler p50 ${p50} ms, p99 ${p99} ms; one by one ${figures.drain[mode]} tasks/s`,
      );
    }
    return figures;
  } finally {
    await backend.stop();
  }
}
