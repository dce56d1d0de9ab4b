import { spawn, type ChildProcess } from 'node:child_process';
import { resolve } from 'node:path';
import { eventually } from './eventually';
import type { TestControlPlane } from './TestControlPlane';

const PROGRAM = resolve(
  __dirname,
  '../../../../packages/agents/bin/devart-agents',
);

/** One of the agents that ship, in a process of its own. */
export class ShippedAgent {
  /** Registers the agent and starts it. */
  static async start(
    plane: TestControlPlane,
    options: {
      name: string;
      capabilities: string[];
      environment: Record<string, string>;
    },
  ): Promise<ShippedAgent> {
    const { name, capabilities, environment } = options;
    const { id, key } = await plane.agent({ name, capabilities });
    const child = spawn(process.execPath, [PROGRAM, name], {
      env: {
        PATH: process.env.PATH,
        DEVART_URL: plane.baseUrl,
        DEVART_AGENT_KEY: key,
        DEVART_CONCURRENCY: '2',
        ...environment,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const agent = new ShippedAgent(child);
    await eventually(async () => {
      const { status } = await plane.as('viewer').agents.get({ id });
      if (status !== 'idle') {
        throw new Error(`${name} is ${status}: ${agent.#said}`);
      }
    }, 60_000);
    return agent;
  }

  readonly #child: ChildProcess;
  readonly #ended: Promise<void>;
  #said = '';

  private constructor(child: ChildProcess) {
    this.#child = child;
    this.#ended = new Promise(done => child.once('close', () => done()));
    for (const stream of [child.stdout!, child.stderr!]) {
      stream.on('data', chunk => {
        this.#said += chunk;
      });
    }
  }

  async stop(): Promise<void> {
    this.#child.kill('SIGTERM');
    await this.#ended;
  }
}
