import type { SignalApi } from '@backstage/plugin-signals-react';
import {
  HINT_HEARTBEAT_SECONDS,
  type HintMessage,
} from '@devart/plugin-devart-common';
import { LiveConnection } from './LiveConnection';
import { LiveLoader } from './LiveLoader';

const TASK = { topic: 'task', id: 'one' } as const;

/** Signals by hand. */
function fakeSignals() {
  const listeners = new Set<(message: any) => void>();
  const signals: SignalApi = {
    subscribe: (_channel, listener) => {
      listeners.add(listener);
      return { unsubscribe: () => listeners.delete(listener) };
    },
  };
  return {
    signals,
    subscriptions: () => listeners.size,
    send: (message: HintMessage) => {
      for (const listener of listeners) {
        listener(message);
      }
    },
  };
}

function startLoader(connection: LiveConnection) {
  const load = jest.fn(async (_signal: AbortSignal) => 1);
  const onValue = jest.fn();
  const onError = jest.fn();
  const loader = new LiveLoader<number>({
    connection,
    load,
    concerns: hint => hint.topic === 'task' && hint.id === 'one',
    minimumIntervalMs: 250,
    onValue,
    onError,
  });
  loader.start();
  return { loader, load, onValue, onError };
}

function setVisibility(state: 'visible' | 'hidden') {
  Object.defineProperty(document, 'visibilityState', {
    configurable: true,
    get: () => state,
  });
  document.dispatchEvent(new Event('visibilitychange'));
}

describe('LiveLoader', () => {
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => {
    setVisibility('visible');
    jest.useRealTimers();
  });

  it('makes at most four loads a second of a burst of hints, the last one after the last hint', async () => {
    const { signals, send } = fakeSignals();
    const { loader, load } = startLoader(new LiveConnection({ signals }));
    await jest.advanceTimersByTimeAsync(1000);
    load.mockClear();

    for (let hint = 0; hint < 100; hint++) {
      send({ hints: [TASK] });
      await jest.advanceTimersByTimeAsync(10);
    }
    expect(load.mock.calls.length).toBeGreaterThanOrEqual(3);
    expect(load.mock.calls.length).toBeLessThanOrEqual(5);

    // The last hint of a burst is never lost.
    load.mockClear();
    send({ hints: [TASK] });
    send({ hints: [TASK] });
    await jest.advanceTimersByTimeAsync(250);
    expect(load).toHaveBeenCalledTimes(1);
    loader.stop();
  });

  it('ignores hints about other things and follows those about everything', async () => {
    const { signals, send } = fakeSignals();
    const { loader, load } = startLoader(new LiveConnection({ signals }));
    send({ hints: [] });
    await jest.advanceTimersByTimeAsync(1000);
    load.mockClear();

    send({ hints: [{ topic: 'task', id: 'two' }] });
    send({ hints: [{ topic: 'agent', id: 'one' }] });
    await jest.advanceTimersByTimeAsync(1000);
    expect(load).not.toHaveBeenCalled();

    send({ hints: [], everything: true });
    await jest.advanceTimersByTimeAsync(0);
    expect(load).toHaveBeenCalledTimes(1);
    loader.stop();
  });

  it('polls every 5 seconds without a connection and every 30 with one', async () => {
    const { signals, send } = fakeSignals();
    const { loader, load } = startLoader(new LiveConnection({ signals }));
    await jest.advanceTimersByTimeAsync(20_100);
    expect(load).toHaveBeenCalledTimes(5);

    load.mockClear();
    const heartbeat = setInterval(
      () => send({ hints: [] }),
      HINT_HEARTBEAT_SECONDS * 1000,
    );
    send({ hints: [] });
    // Hearing again after silence loads once, as hints may have been missed.
    await jest.advanceTimersByTimeAsync(500);
    expect(load).toHaveBeenCalledTimes(1);
    await jest.advanceTimersByTimeAsync(60_500);
    expect(load).toHaveBeenCalledTimes(3);
    clearInterval(heartbeat);
    loader.stop();
  });

  it('asks for nothing while the page is hidden, and at once when it is shown', async () => {
    const { loader, load } = startLoader(new LiveConnection({}));
    await jest.advanceTimersByTimeAsync(1000);
    load.mockClear();

    setVisibility('hidden');
    await jest.advanceTimersByTimeAsync(60_000);
    expect(load).not.toHaveBeenCalled();

    setVisibility('visible');
    await jest.advanceTimersByTimeAsync(0);
    expect(load).toHaveBeenCalledTimes(1);
    loader.stop();
  });

  it('aborts what is under way when it stops, and tells nobody', async () => {
    const { signals, subscriptions } = fakeSignals();
    const connection = new LiveConnection({ signals });
    let seen: AbortSignal | undefined;
    const onError = jest.fn();
    const loader = new LiveLoader<number>({
      connection,
      load: signal => {
        seen = signal;
        return new Promise((_, reject) =>
          signal.addEventListener('abort', () => reject(signal.reason)),
        );
      },
      concerns: () => true,
      minimumIntervalMs: 250,
      onValue: jest.fn(),
      onError,
    });
    loader.start();
    expect(subscriptions()).toBe(1);
    loader.stop();
    await jest.advanceTimersByTimeAsync(60_000);
    expect(seen?.aborted).toBe(true);
    expect(onError).not.toHaveBeenCalled();
    expect(subscriptions()).toBe(0);
    expect(jest.getTimerCount()).toBe(0);
  });

  it('gives up on an answer that does not come and tries again', async () => {
    const connection = new LiveConnection({});
    const onError = jest.fn();
    const load = jest.fn(
      (signal: AbortSignal) =>
        new Promise<number>((_, reject) =>
          signal.addEventListener('abort', () => reject(signal.reason)),
        ),
    );
    const loader = new LiveLoader<number>({
      connection,
      load,
      concerns: () => true,
      minimumIntervalMs: 250,
      onValue: jest.fn(),
      onError,
    });
    loader.start();
    await jest.advanceTimersByTimeAsync(20_000);
    expect(onError).toHaveBeenCalledTimes(1);
    expect(connection.getState()).toBe('reconnecting');
    await jest.advanceTimersByTimeAsync(5000);
    expect(load).toHaveBeenCalledTimes(2);
    loader.stop();
  });

  it('hands a reload only what was loaded after it was asked for', async () => {
    const answers: ((value: number) => void)[] = [];
    const onValue = jest.fn();
    const loader = new LiveLoader<number>({
      connection: new LiveConnection({}),
      load: () => new Promise(resolve => answers.push(resolve)),
      concerns: () => true,
      minimumIntervalMs: 250,
      onValue,
      onError: jest.fn(),
    });
    loader.start();
    let done = false;
    const reloaded = loader.reload().then(() => {
      done = true;
    });
    answers[0](1);
    await jest.advanceTimersByTimeAsync(0);
    expect(onValue).not.toHaveBeenCalled();
    expect(done).toBe(false);
    answers[1](2);
    await reloaded;
    expect(onValue.mock.calls).toEqual([[2]]);
    loader.stop();
  });
});
