import { DevartAgent } from '@devart/agent-sdk';
import { newTraceparent } from '@devart/plugin-devart-common';
import {
  InMemorySpanExporter,
  NodeTracerProvider,
  SimpleSpanProcessor,
  type ReadableSpan,
} from '@opentelemetry/sdk-trace-node';
import { eventually } from './__testUtils__/eventually';
import { RunParty } from './__testUtils__/RunParty';
import { TestControlPlane } from './__testUtils__/TestControlPlane';

jest.setTimeout(120_000);

describe('one trace', () => {
  const exporter = new InMemorySpanExporter();
  const provider = new NodeTracerProvider({
    spanProcessors: [new SimpleSpanProcessor(exporter)],
  });
  let devart: TestControlPlane;

  beforeAll(async () => {
    provider.register();
    devart = await TestControlPlane.start();
  });

  afterAll(async () => {
    await devart.stop();
    await provider.shutdown();
  });

  /** The names of the spans from the first to the given one, each the child of the one before. */
  function pathTo(span: ReadableSpan): string[] {
    const parent = exporter
      .getFinishedSpans()
      .find(
        other => other.spanContext().spanId === span.parentSpanContext?.spanId,
      );
    return [...(parent ? pathTo(parent) : []), span.name];
  }

  it('goes from a click in the portal to the agent and back', async () => {
    const { key } = await devart.agent({ capabilities: ['trace'] });
    const agent = new DevartAgent({ baseUrl: devart.baseUrl, key });
    const click = newTraceparent();
    const traceId = click.split('-')[1];
    agent.startConsuming(async (task, context) => {
      if (task.title === 'First') {
        await context.createSuccessor({
          title: 'Second',
          capabilities: ['trace'],
        });
      }
      await context.progress(50);
    });

    const task = await devart
      .as('supervisor')
      .tasks.create(
        { title: 'First', capabilities: ['trace'] },
        { traceparent: click },
      );
    await eventually(async () => {
      const { items } = await devart
        .as('viewer')
        .tasks.list({ capability: 'trace', status: ['succeeded'] });
      expect(items.map(({ title }) => title)).toEqual(['Second', 'First']);
    });
    await agent.stop();

    expect(task.traceparent?.split('-')[1]).toBe(traceId);
    const spans = exporter
      .getFinishedSpans()
      .filter(span => span.spanContext().traceId === traceId);
    const paths = spans.map(span => pathTo(span).join(' > ')).sort();
    expect(paths).toEqual(
      expect.arrayContaining([
        'tasks.create',
        'tasks.create > task general',
        'tasks.create > task general > tasks.createSuccessor',
        'tasks.create > task general > tasks.reportProgress',
        'tasks.create > task general > tasks.complete',
        'tasks.create > task general > tasks.createSuccessor > task general',
        'tasks.create > task general > tasks.createSuccessor > task general > tasks.complete',
      ]),
    );
    const [first] = spans.filter(span => span.name === 'tasks.create');
    expect(first.parentSpanContext?.spanId).toBe(click.split('-')[2]);
    const told = JSON.stringify(spans.map(span => span.attributes));
    expect(told).not.toContain('user:');
    expect(told).not.toContain('First');
  });

  it('goes from a click through the steps of a run to agents and back', async () => {
    const { key } = await devart.agent({ capabilities: ['flow'] });
    const agent = new DevartAgent({ baseUrl: devart.baseUrl, key });
    agent.startConsuming(async () => ({ output: { answer: 42 } }));
    const party = new RunParty(devart);
    const { id } = await party.publish(`
      steps:
        - id: look
          operation: { id: tasks.list, input: { limit: 1 } }
        - id: work
          needs: look
          task: { title: Secret title, capabilities: [flow] }
        - id: again
          needs: work
          matrix: { n: [1, 2] }
          task: { title: "After \${{ steps.work.outputs.answer }}", capabilities: [flow] }
    `);
    const click = newTraceparent();
    const traceId = click.split('-')[1];
    const run = await devart
      .as('supervisor')
      .workflows.trigger({ id }, { traceparent: click });
    expect((await party.ended(run.id)).status).toBe('succeeded');
    await agent.stop();

    expect(run.traceparent?.split('-')[1]).toBe(traceId);
    const spans = exporter
      .getFinishedSpans()
      .filter(span => span.spanContext().traceId === traceId);
    const paths = spans.map(span => pathTo(span).join(' > '));
    const timesOf = (path: string) =>
      paths.filter(other => other === path).length;
    expect(timesOf('workflows.trigger')).toBe(1);
    expect(timesOf('workflows.trigger > tasks.list')).toBe(1);
    expect(timesOf('workflows.trigger > task general')).toBe(3);
    expect(timesOf('workflows.trigger > task general > tasks.complete')).toBe(
      3,
    );
    const [first] = spans.filter(span => span.name === 'workflows.trigger');
    expect(first.parentSpanContext?.spanId).toBe(click.split('-')[2]);
    expect(JSON.stringify(spans.map(span => span.attributes))).not.toContain(
      'Secret',
    );
  });
});
