import { createBackendModule } from '@backstage/backend-plugin-api';
import {
  devartTaskTransportsExtensionPoint,
  type ReadyTask,
  type TaskTransport,
  type TaskTransportStatus,
} from '@devart/plugin-devart-node';
import { v7 as uuidv7 } from 'uuid';
import { eventually } from '../__testUtils__/eventually';
import { readableMetrics } from '../__testUtils__/readableMetrics';
import { TestControlPlane } from '../__testUtils__/TestControlPlane';

jest.setTimeout(60_000);

/** A system outside that takes what it is given, unless it is told not to. */
class Pigeons implements TaskTransport {
  readonly id = 'pigeons';
  state: TaskTransportStatus['state'] = 'connected';
  refuses = false;
  readonly carried: string[] = [];

  async start(): Promise<void> {}

  async stop(): Promise<void> {}

  status(): TaskTransportStatus {
    return { state: this.state };
  }

  async publish(tasks: readonly ReadyTask[]): Promise<void> {
    if (this.refuses) {
      throw new Error('No pigeon wants to fly');
    }
    this.carried.push(...tasks.map(({ id }) => id));
  }

  address(): string {
    return 'loft:';
  }

  queueOf({ capabilities }: { capabilities: readonly string[] }): string {
    return capabilities.join('+');
  }

  async depths(sets: readonly unknown[]): Promise<number[]> {
    return sets.map(() => this.carried.length);
  }
}

describe('metrics of streams and transports', () => {
  const metrics = readableMetrics();
  const pigeons = new Pigeons();
  let devart: TestControlPlane;

  beforeAll(async () => {
    devart = await TestControlPlane.start({
      features: [
        metrics.feature,
        createBackendModule({
          pluginId: 'devart',
          moduleId: 'pigeons',
          register(env) {
            env.registerInit({
              deps: { transports: devartTaskTransportsExtensionPoint },
              init: async ({ transports }) => transports.addTransport(pigeons),
            });
          },
        }),
      ],
    });
  });

  afterAll(() => devart.stop());

  const create = (capability: string) =>
    devart
      .as('supervisor')
      .tasks.create({ title: 'Delivered', capabilities: [capability] });
  const counted = (name: string, labels?: object) =>
    metrics.recorded
      .filter(
        entry =>
          entry.name === name &&
          JSON.stringify(entry.labels) === JSON.stringify(labels),
      )
      .reduce((sum, { value }) => sum + value, 0);

  it('counts the streams that are open and the tasks that they carry', async () => {
    const capability = `c-${uuidv7()}`;
    const { id, client } = await devart.agent({ capabilities: [capability] });
    const open = () => metrics.read('devart.streams.open');
    expect(await open()).toMatchObject([{ value: 0 }]);

    const events = await client.agents.stream({ id, sessionId: uuidv7() });
    const { id: taskId } = await create(capability);
    const pushed: string[] = [];
    for await (const { event, data } of events) {
      if (event === 'tasks') {
        pushed.push(...data.tasks.map(task => task.id));
        break;
      }
    }
    expect(pushed).toEqual([taskId]);
    expect(counted('devart.streams.tasks')).toBe(1);
    await eventually(async () =>
      expect(await open()).toMatchObject([{ value: 0 }]),
    );
  });

  it('says whether a transport is connected, and counts what it has confirmed', async () => {
    const labels = { transport: 'pigeons' };
    const connected = () => metrics.read('devart.transport.connected');
    const messages = (confirmed: boolean) =>
      counted('devart.transport.messages', { ...labels, confirmed });
    expect(await connected()).toMatchObject([{ value: 1, labels }]);

    const before = messages(true);
    const { id } = await create(`c-${uuidv7()}`);
    await eventually(async () => {
      expect(pigeons.carried).toContain(id);
      expect(messages(true)).toBe(before + 1);
    });
    expect(messages(false)).toBe(0);

    pigeons.refuses = true;
    await create(`c-${uuidv7()}`);
    await eventually(async () =>
      expect(messages(false)).toBeGreaterThanOrEqual(1),
    );

    pigeons.state = 'away';
    expect(await connected()).toMatchObject([{ value: 0, labels }]);
    const { queue } = await devart.as('viewer').portal.overview({});
    expect(queue.transports).toEqual([{ id: 'pigeons', state: 'away' }]);
  });
});
