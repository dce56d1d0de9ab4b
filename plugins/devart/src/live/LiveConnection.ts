import {
  HINT_CHANNEL,
  HINT_HEARTBEAT_SECONDS,
  type HintMessage,
} from '@devart/plugin-devart-common';
import type { SignalApi } from '@backstage/plugin-signals-react';
import { onOwnChange } from '../api';

/** How changes reach this browser; see {@link LiveConnection}. */
export type LiveState = 'connecting' | 'live' | 'reconnecting' | 'polling';

type HintListener = (message: HintMessage) => void;

/** Without a message for this long nobody can say that changes would be heard of. */
const SILENCE_MS = 2.5 * HINT_HEARTBEAT_SECONDS * 1000;
/** For how long a lost connection is called reconnecting before it is called polling. */
const PATIENCE_MS = 60_000;
/** A first connection takes this long on a slow machine; two heartbeats are among it. */
const CONNECT_MS = 5 * HINT_HEARTBEAT_SECONDS * 1000;
const WATCH_MS = 1000;
/** Components that are replaced by others should not cost a new connection. */
const LINGER_MS = 5000;

/**
 * The one subscription of this browser to the hints of the control plane.
 *
 * The signals client does not tell whether it is connected, so the state comes
 * from what is heard: the control plane sends a heartbeat on the same channel.
 *
 * - `connecting`: just opened, and nothing was heard yet. Left for `live` by the
 *   first message, for `polling` when none comes in the time of five heartbeats.
 * - `live`: a message arrived a short while ago. Left when there is silence,
 *   when the browser goes offline, or when an operation gets no answer.
 * - `reconnecting`: was live and lost it less than a minute ago, or operations
 *   get no answer. Left for `live` by the next message, for `polling` after a
 *   minute in which operations are answered all the same.
 * - `polling`: nothing is heard, and everything shown is asked for again every
 *   few seconds.
 */
export class LiveConnection {
  #state: LiveState;
  #openedAt: number | undefined;
  #heardAt: number | undefined;
  #lostAt: number | undefined;
  #subscribedAt = 0;
  #reachable = true;
  #unsubscribe: (() => void) | undefined;
  #stopOwnChanges: (() => void) | undefined;
  #watch: ReturnType<typeof setInterval> | undefined;
  #linger: ReturnType<typeof setTimeout> | undefined;
  readonly #hintListeners = new Set<HintListener>();
  readonly #stateListeners = new Set<() => void>();
  readonly #signals: SignalApi | undefined;

  constructor(options: { signals?: SignalApi }) {
    this.#signals = options.signals;
    this.#state = this.#stateAt(Date.now());
  }

  /** Hears of changes until the returned function is called. */
  listen(listener: HintListener): () => void {
    this.#hintListeners.add(listener);
    this.#open();
    return () => {
      this.#hintListeners.delete(listener);
      this.#closeWhenUnused();
    };
  }

  /** Hears when {@link LiveConnection.getState} changes, until the returned function is called. */
  readonly watchState = (listener: () => void): (() => void) => {
    this.#stateListeners.add(listener);
    this.#open();
    return () => {
      this.#stateListeners.delete(listener);
      this.#closeWhenUnused();
    };
  };

  readonly getState = (): LiveState => this.#state;

  /** Tells whether the last operation got an answer of any kind. */
  noteReachable(reachable: boolean): void {
    this.#reachable = reachable;
    this.#update();
  }

  #open(): void {
    if (this.#linger) {
      clearTimeout(this.#linger);
      this.#linger = undefined;
    }
    if (this.#watch) {
      return;
    }
    this.#openedAt = Date.now();
    this.#watch = setInterval(() => this.#update(), WATCH_MS);
    window.addEventListener('offline', this.#onOffline);
    window.addEventListener('online', this.#onOnline);
    this.#stopOwnChanges = onOwnChange(() => this.#everythingChanged());
    this.#subscribe();
  }

  #closeWhenUnused(): void {
    if (this.#hintListeners.size + this.#stateListeners.size > 0) {
      return;
    }
    this.#linger ??= setTimeout(() => this.#close(), LINGER_MS);
  }

  #close(): void {
    clearInterval(this.#watch);
    this.#watch = undefined;
    this.#linger = undefined;
    window.removeEventListener('offline', this.#onOffline);
    window.removeEventListener('online', this.#onOnline);
    this.#stopOwnChanges?.();
    this.#unsubscribe?.();
    this.#unsubscribe = undefined;
    this.#openedAt = undefined;
    this.#heardAt = undefined;
    this.#lostAt = undefined;
    this.#state = this.#stateAt(Date.now());
  }

  #subscribe(): void {
    this.#unsubscribe?.();
    this.#subscribedAt = Date.now();
    this.#unsubscribe = this.#signals?.subscribe<HintMessage>(
      HINT_CHANNEL,
      message => this.#onMessage(message),
    ).unsubscribe;
  }

  #onMessage(message: HintMessage): void {
    const wasLive = this.#state === 'live';
    this.#heardAt = Date.now();
    this.#lostAt = undefined;
    this.#reachable = true;
    this.#update();
    // Whatever was sent during the silence is lost: signals are not repeated.
    const heard: HintMessage = wasLive
      ? message
      : { hints: message.hints, everything: true };
    for (const listener of this.#hintListeners) {
      listener(heard);
    }
  }

  readonly #onOffline = () => {
    this.#heardAt = undefined;
    this.#update();
  };

  readonly #onOnline = () => {
    this.#subscribe();
    this.#everythingChanged();
  };

  #everythingChanged(): void {
    for (const listener of this.#hintListeners) {
      listener({ hints: [], everything: true });
    }
  }

  #update(): void {
    const now = Date.now();
    const next = this.#stateAt(now);
    // The signals client gives up for good when the server says goodbye
    // politely; a new subscription makes it connect again.
    if (next !== 'live' && now - this.#subscribedAt > SILENCE_MS) {
      this.#subscribe();
    }
    if (next !== this.#state) {
      this.#state = next;
      for (const listener of this.#stateListeners) {
        listener();
      }
    }
  }

  #stateAt(now: number): LiveState {
    if (!navigator.onLine || !this.#reachable) {
      this.#lostAt ??= now;
      return 'reconnecting';
    }
    if (this.#heardAt !== undefined && now - this.#heardAt < SILENCE_MS) {
      return 'live';
    }
    if (this.#state === 'live') {
      this.#lostAt = now;
    }
    if (this.#lostAt !== undefined) {
      return now - this.#lostAt < PATIENCE_MS ? 'reconnecting' : 'polling';
    }
    const isNew = now - (this.#openedAt ?? now) < CONNECT_MS;
    return this.#signals && isNew ? 'connecting' : 'polling';
  }
}
