import {
  createServiceFactory,
  createServiceRef,
} from '@backstage/backend-plugin-api';

/**
 * Says what keeps a part of the backend from working: a sentence for each
 * problem, none when all is well.
 * @public
 */
export type ReadinessCheck = () => Promise<string[]>;

/**
 * Where parts of the backend say whether they can work. The answers decide
 * over the backend's readiness where {@link rootHealthServiceFactory} of this
 * package is installed.
 * @public
 */
export interface RootReadinessService {
  /** Adds a check; the answer removes it. */
  addCheck(name: string, check: ReadinessCheck): () => void;
  /** What is wrong now, by the names of the checks. */
  problems(): Promise<Record<string, string[]>>;
}

class DefaultRootReadinessService implements RootReadinessService {
  readonly #checks = new Map<string, ReadinessCheck>();

  addCheck(name: string, check: ReadinessCheck): () => void {
    this.#checks.set(name, check);
    return () => this.#checks.delete(name);
  }

  async problems(): Promise<Record<string, string[]>> {
    const found: Record<string, string[]> = {};
    for (const [name, check] of this.#checks) {
      const problems = await check();
      if (problems.length > 0) {
        found[name] = problems;
      }
    }
    return found;
  }
}

/** @public */
export const rootReadinessServiceRef = createServiceRef<RootReadinessService>({
  id: 'devart.root-readiness',
  scope: 'root',
  defaultFactory: async service =>
    createServiceFactory({
      service,
      deps: {},
      factory: () => new DefaultRootReadinessService(),
    }),
});
