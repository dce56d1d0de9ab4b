import type { SignalApi } from '@backstage/plugin-signals-react';
import { HINT_HEARTBEAT_SECONDS } from '@devart/plugin-devart-common';
import { LiveConnection } from './LiveConnection';

const HEARTBEAT_MS = HINT_HEARTBEAT_SECONDS * 1000;

describe('LiveConnection', () => {
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  function connect() {
    let listener: ((message: any) => void) | undefined;
    let subscriptions = 0;
    const signals: SignalApi = {
      subscribe: (_channel, onMessage) => {
        subscriptions += 1;
        listener = onMessage as (message: any) => void;
        return { unsubscribe: () => {} };
      },
    };
    const connection = new LiveConnection({ signals });
    const heard = jest.fn();
    const close = connection.listen(heard);
    return {
      connection,
      heard,
      close,
      subscriptions: () => subscriptions,
      send: (message: object) => listener!(message),
    };
  }

  it('is live only while something is heard, then reconnecting, then polling', async () => {
    const { connection, send, close } = connect();
    expect(connection.getState()).toBe('connecting');

    send({ hints: [] });
    expect(connection.getState()).toBe('live');
    await jest.advanceTimersByTimeAsync(2 * HEARTBEAT_MS);
    expect(connection.getState()).toBe('live');
    await jest.advanceTimersByTimeAsync(HEARTBEAT_MS + 1000);
    expect(connection.getState()).toBe('reconnecting');
    await jest.advanceTimersByTimeAsync(60_000);
    expect(connection.getState()).toBe('polling');
    close();
  });

  it('calls itself connecting only as long as a first message may be on its way', async () => {
    const { connection, send, close } = connect();
    await jest.advanceTimersByTimeAsync(4 * HEARTBEAT_MS);
    expect(connection.getState()).toBe('connecting');
    await jest.advanceTimersByTimeAsync(HEARTBEAT_MS);
    expect(connection.getState()).toBe('polling');
    send({ hints: [] });
    expect(connection.getState()).toBe('live');
    close();
  });

  it('polls from the start where no hints can be had', () => {
    expect(new LiveConnection({}).getState()).toBe('polling');
  });

  it('says that everything may have changed when it hears again after silence', async () => {
    const { send, heard, close } = connect();
    send({ hints: [] });
    expect(heard).toHaveBeenLastCalledWith({ hints: [], everything: true });
    send({ hints: [] });
    expect(heard).toHaveBeenLastCalledWith({ hints: [] });
    await jest.advanceTimersByTimeAsync(3 * HEARTBEAT_MS + 1000);
    send({ hints: [] });
    expect(heard).toHaveBeenLastCalledWith({ hints: [], everything: true });
    close();
  });

  it('subscribes anew while nothing is heard, since the client may have given up', async () => {
    const { subscriptions, close } = connect();
    expect(subscriptions()).toBe(1);
    await jest.advanceTimersByTimeAsync(3 * HEARTBEAT_MS + 1000);
    expect(subscriptions()).toBe(2);
    close();
  });

  it('is reconnecting while operations get no answer', () => {
    const { connection, send, close } = connect();
    send({ hints: [] });
    connection.noteReachable(false);
    expect(connection.getState()).toBe('reconnecting');
    connection.noteReachable(true);
    expect(connection.getState()).toBe('live');
    close();
  });

  it('leaves nothing behind a while after the last listener has gone', async () => {
    const { close } = connect();
    close();
    await jest.advanceTimersByTimeAsync(6000);
    expect(jest.getTimerCount()).toBe(0);
  });
});
