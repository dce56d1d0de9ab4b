import type { DevartClient, Run } from '@devart/plugin-devart-common';
import { randomBytes } from 'node:crypto';
import { eventually } from './eventually';
import type { Person, TestControlPlane } from './TestControlPlane';

/** `spec` without indentation, as part of a document. */
function indented(spec: string): string {
  const lines = spec.split('\n').filter(line => line.trim() !== '');
  const margin = Math.min(...lines.map(line => line.search(/\S/)));
  return lines.map(line => `  ${line.slice(margin)}`).join('\n');
}

/** Publishes workflows and runs them. */
export class RunParty {
  readonly #plane: TestControlPlane;

  constructor(plane: TestControlPlane) {
    this.#plane = plane;
  }

  /** A document around the contents of `spec`. */
  source(spec: string, name: string, version: string = '1.0.0'): string {
    return `apiVersion: devart.ai/v1alpha1
kind: Workflow
metadata:
  name: ${name}
spec:
  version: ${version}
${indented(spec)}
`;
  }

  /** Publishes a workflow; answers it. */
  async publish(
    spec: string,
    options: { name?: string; version?: string; as?: Person } = {},
  ) {
    const name = options.name ?? `w-${randomBytes(6).toString('hex')}`;
    return this.#plane.as(options.as ?? 'supervisor').workflows.publish({
      source: this.source(spec, name, options.version),
    });
  }

  /** Publishes a workflow and starts a run of it. */
  async start(
    spec: string,
    parameters: Record<string, unknown> = {},
  ): Promise<Run> {
    const { id } = await this.publish(spec);
    return this.#plane.as('supervisor').workflows.trigger({ id, parameters });
  }

  /** Publishes a workflow, runs it, waits for its end. */
  async run(
    spec: string,
    parameters: Record<string, unknown> = {},
  ): Promise<Run> {
    const { id } = await this.start(spec, parameters);
    return this.ended(id);
  }

  /** Waits for the end of a run. */
  async ended(id: string, timeoutMs: number = 20_000): Promise<Run> {
    return eventually(async () => {
      const run = await this.#plane.as('viewer').runs.get({ id });
      if (run.status === 'running') {
        throw new Error(
          `The run goes on: ${JSON.stringify(run.stepRuns.map(({ step, status, error, waiting }) => ({ step, status, error, waiting })))}`,
        );
      }
      return run;
    }, timeoutMs);
  }

  /** Claims tasks as an agent, once there are some. */
  async claim(agent: { id: string; client: DevartClient }, max: number = 10) {
    const claimed = await agent.client.agents.claim({
      id: agent.id,
      max,
      waitSeconds: 20,
    });
    return claimed?.tasks ?? [];
  }
}
