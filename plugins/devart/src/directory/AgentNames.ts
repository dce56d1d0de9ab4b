import type { DevartApi } from '../api';

/** As many as one question may name. */
const BATCH = 32;

/**
 * The names of agents by their ids, asked for when somebody wants to show them
 * and kept: an agent never changes its name. Ids that are wanted at the same
 * time are asked for together.
 */
export class AgentNames {
  readonly #api: DevartApi;
  readonly #known = new Map<string, string>();
  /** Wanted, and not asked for yet. */
  readonly #wanted = new Set<string>();
  /** Being asked for, or answered: also those of agents that are gone. */
  readonly #asked = new Set<string>();
  readonly #listeners = new Set<() => void>();
  #scheduled = false;

  constructor(api: DevartApi) {
    this.#api = api;
  }

  /** Undefined while it is not known, and for an agent that is gone. */
  nameOf(id: string): string | undefined {
    return this.#known.get(id);
  }

  /** Remembers names that came with something else. */
  learn(agents: readonly { id: string; name: string }[]): void {
    for (const { id, name } of agents) {
      this.#known.set(id, name);
      this.#asked.add(id);
    }
    this.#tell();
  }

  /** Asks for a name that is not known; again when asking failed before. */
  want(id: string): void {
    if (this.#asked.has(id) || this.#wanted.has(id)) {
      return;
    }
    this.#wanted.add(id);
    if (!this.#scheduled) {
      this.#scheduled = true;
      // Everything that is rendered together has asked by then.
      queueMicrotask(() => {
        this.#scheduled = false;
        void this.#ask();
      });
    }
  }

  /** Hears of new names until the returned function is called. */
  readonly watch = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  async #ask(): Promise<void> {
    const ids = [...this.#wanted];
    this.#wanted.clear();
    for (const id of ids) {
      this.#asked.add(id);
    }
    for (let first = 0; first < ids.length; first += BATCH) {
      const batch = ids.slice(first, first + BATCH);
      try {
        const { items } = await this.#api.agents.list({
          ids: batch,
          limit: BATCH,
        });
        this.learn(items);
      } catch {
        // Without a name an agent is shown as "an agent". Whoever shows it asks
        // again when the connection has changed.
        for (const id of batch) {
          this.#asked.delete(id);
        }
      }
    }
  }

  #tell(): void {
    for (const listener of this.#listeners) {
      listener();
    }
  }
}
