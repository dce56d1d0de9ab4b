import type { Hint, HintTopic } from '@devart/plugin-devart-common';
import { useCallback, useEffect, useRef, useState } from 'react';
import { LiveLoader } from './LiveLoader';
import { useLiveConnection } from './useLiveConnection';

/** What {@link useLive} loads and when it loads it again. */
export interface LiveOptions<T> {
  /** Hints about these make it load again. */
  topics: readonly HintTopic[];
  /** Only hints about this id; about any when missing. */
  id?: string;
  load: (signal: AbortSignal) => Promise<T>;
  /** The shortest time between two loads in milliseconds; 250 unless said otherwise. */
  minimumIntervalMs?: number;
  /** Shown until the first answer. */
  initial?: T;
}

/** Something that keeps itself up to date. */
export interface Live<T> {
  /** The newest answer; the one before while a new one is under way. */
  value?: T;
  /** Why the newest attempt failed. */
  error?: unknown;
  /** When `value` was answered, in milliseconds since 1970. */
  loadedAt?: number;
  /** `value` was loaded for other inputs than these. */
  isStale: boolean;
  /** Loads now; resolves when the answer is there. */
  reload: () => Promise<void>;
}

interface State<T> {
  value?: T;
  error?: unknown;
  loadedAt?: number;
  isStale: boolean;
}

/**
 * Loads something and keeps it up to date: loads again when a hint about it
 * arrives (bursts become one load), polls in case hints are lost, pauses while
 * the page is hidden, and keeps what it has while it asks for more.
 *
 * `dependencies` are the inputs of `load`; when they change, it starts anew.
 */
export function useLive<T>(
  options: LiveOptions<T>,
  dependencies: readonly unknown[],
): Live<T> {
  const connection = useLiveConnection();
  const [state, setState] = useState<State<T>>({
    value: options.initial,
    isStale: false,
  });
  const latest = useRef(options);
  latest.current = options;
  const loader = useRef<LiveLoader<T>>();

  useEffect(() => {
    const { load, topics, id, minimumIntervalMs = 250 } = latest.current;
    setState(before =>
      before.loadedAt === undefined ? before : { ...before, isStale: true },
    );
    const current = new LiveLoader<T>({
      connection,
      load,
      minimumIntervalMs,
      concerns: (hint: Hint) =>
        topics.includes(hint.topic) && (id === undefined || hint.id === id),
      onValue: value =>
        setState({ value, loadedAt: Date.now(), isStale: false }),
      onError: error => setState(before => ({ ...before, error })),
    });
    loader.current = current;
    current.start();
    return () => current.stop();
    // The caller names what `load` depends on.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [connection, ...dependencies]);

  const reload = useCallback(
    () => loader.current?.reload() ?? Promise.resolve(),
    [],
  );
  return { ...state, reload };
}
