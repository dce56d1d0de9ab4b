/** A step and the steps that must have ended before it. */
export interface GraphNode {
  id: string;
  needs: readonly string[];
}

/** Which steps need which; ids that are not there and steps that need themselves are left out. */
export class StepGraph {
  readonly #needs: ReadonlyMap<string, readonly string[]>;
  readonly #ancestors = new Map<string, ReadonlySet<string>>();

  private constructor(needs: ReadonlyMap<string, readonly string[]>) {
    this.#needs = needs;
  }

  static of(nodes: readonly GraphNode[]): StepGraph {
    const ids = new Set(nodes.map(({ id }) => id));
    const needs = new Map<string, readonly string[]>();
    for (const node of nodes) {
      if (!needs.has(node.id)) {
        const known = node.needs.filter(id => ids.has(id) && id !== node.id);
        needs.set(node.id, [...new Set(known)]);
      }
    }
    return new StepGraph(needs);
  }

  has(id: string): boolean {
    return this.#needs.has(id);
  }

  needs(id: string): readonly string[] {
    return this.#needs.get(id) ?? [];
  }

  /** Steps that need the step directly. */
  dependents(id: string): string[] {
    return [...this.#needs.keys()].filter(other =>
      this.needs(other).includes(id),
    );
  }

  /** Every step that ends before the step begins. */
  ancestors(id: string): ReadonlySet<string> {
    const known = this.#ancestors.get(id);
    if (known) {
      return known;
    }
    const found = new Set<string>();
    const pending = [...this.needs(id)];
    while (pending.length > 0) {
      const next = pending.pop()!;
      if (!found.has(next)) {
        found.add(next);
        pending.push(...this.needs(next));
      }
    }
    this.#ancestors.set(id, found);
    return found;
  }

  /** Every step after the steps that it needs, otherwise as they were given; steps of circles and behind them are left out. */
  order(): string[] {
    const order: string[] = [];
    const done = new Set<string>();
    let pending = [...this.#needs.keys()];
    for (;;) {
      const next = pending.find(id =>
        this.needs(id).every(need => done.has(need)),
      );
      if (next === undefined) {
        return order;
      }
      order.push(next);
      done.add(next);
      pending = pending.filter(id => id !== next);
    }
  }

  /** Circles of needs, each from the step that comes first; every step that is in a circle is in one of them, or leads to one. */
  circles(): string[][] {
    const circles: string[][] = [];
    const positions = [...this.#needs.keys()];
    const removed = new Set<string>();
    for (;;) {
      const left = this.#without(removed);
      const start = positions.find(id => left.has(id));
      if (start === undefined) {
        return circles;
      }
      const circle = this.#circleFrom(start, left);
      circles.push(fromFirst(circle, positions));
      for (const id of circle) {
        removed.add(id);
      }
    }
  }

  /** Steps that can never begin, once some steps are taken out. */
  #without(removed: ReadonlySet<string>): Set<string> {
    const left = new Set(
      [...this.#needs.keys()].filter(id => !removed.has(id)),
    );
    for (;;) {
      const free = [...left].filter(id =>
        this.needs(id).every(need => !left.has(need)),
      );
      if (free.length === 0) {
        return left;
      }
      for (const id of free) {
        left.delete(id);
      }
    }
  }

  /** Walks along needs until a step comes twice. */
  #circleFrom(start: string, left: ReadonlySet<string>): string[] {
    const walked = [start];
    for (;;) {
      const next = this.needs(walked[walked.length - 1]).find(id =>
        left.has(id),
      )!;
      const before = walked.indexOf(next);
      if (before >= 0) {
        return walked.slice(before);
      }
      walked.push(next);
    }
  }
}

function fromFirst(circle: string[], positions: readonly string[]): string[] {
  const first = Math.min(...circle.map(id => positions.indexOf(id)));
  const start = circle.indexOf(positions[first]);
  return [...circle.slice(start), ...circle.slice(0, start)];
}
