import { waitFor } from '@testing-library/react';
import { fakeDevartApi } from '../__testUtils__/fakeDevartApi';
import { anAgent, uuid } from '../__testUtils__/samples';
import { AgentNames } from './AgentNames';

/** A control plane with a thousand agents, some of them gone. */
function thousandAgents(options: { away?: () => boolean } = {}) {
  return fakeDevartApi({
    agents: {
      list: ({ ids = [] }) => {
        if (options.away?.()) {
          throw new TypeError('Failed to fetch');
        }
        return {
          items: (ids as string[])
            .filter(id => id < uuid(1000))
            .map(id => anAgent({ id, name: `agent-${Number(id.slice(-12))}` })),
        };
      },
    },
  });
}

async function told(names: AgentNames, id: string) {
  if (names.nameOf(id) === undefined) {
    await new Promise<void>(resolve => {
      const stop = names.watch(() => {
        if (names.nameOf(id) !== undefined) {
          stop();
          resolve();
        }
      });
    });
  }
  return names.nameOf(id);
}

describe('AgentNames', () => {
  it('knows each of a thousand agents, asking for many at a time and once', async () => {
    const fake = thousandAgents();
    const names = new AgentNames(fake.api);
    for (let number = 999; number >= 0; number -= 1) {
      names.want(uuid(number));
    }
    expect(await told(names, uuid(0))).toBe('agent-0');
    expect(names.nameOf(uuid(999))).toBe('agent-999');
    expect(fake.calls).toHaveLength(Math.ceil(1000 / 32));

    names.want(uuid(7));
    await Promise.resolve();
    expect(fake.calls).toHaveLength(Math.ceil(1000 / 32));
  });

  it('asks once for an agent that is gone', async () => {
    const fake = thousandAgents();
    const names = new AgentNames(fake.api);
    names.want(uuid(5000));
    names.want(uuid(1));
    await told(names, uuid(1));
    names.want(uuid(5000));
    await Promise.resolve();
    expect(names.nameOf(uuid(5000))).toBeUndefined();
    expect(fake.calls).toHaveLength(1);
  });

  it('asks again when there was no answer', async () => {
    let away = true;
    const fake = thousandAgents({ away: () => away });
    const names = new AgentNames(fake.api);
    await waitFor(() => {
      names.want(uuid(3));
      expect(fake.calls.length).toBeGreaterThan(1);
    });
    expect(names.nameOf(uuid(3))).toBeUndefined();

    away = false;
    await waitFor(() => {
      names.want(uuid(3));
      expect(names.nameOf(uuid(3))).toBe('agent-3');
    });
  });
});
