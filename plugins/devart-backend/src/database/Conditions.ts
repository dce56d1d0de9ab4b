import type { Binding } from './Transaction';

/** The conditions of a `where`, gathered one by one with the values they are given. */
export class Conditions {
  readonly #conditions: string[] = [];
  readonly #bindings: Binding[] = [];

  /** Adds a condition, with a value for each of its placeholders. */
  add(condition: string, ...values: Binding[]): this {
    this.#conditions.push(condition);
    this.#bindings.push(...values);
    return this;
  }

  /** Adds a condition with placeholders for one value, unless that is undefined. */
  narrow(condition: string, value: Binding): this {
    if (value !== undefined) {
      const places = condition.split('?').length - 1;
      this.add(condition, ...Array<Binding>(places).fill(value));
    }
    return this;
  }

  /** A copy, to which more can be added. */
  with(more: Conditions): Conditions {
    const both = new Conditions();
    both.#conditions.push(...this.#conditions, ...more.#conditions);
    both.#bindings.push(...this.#bindings, ...more.#bindings);
    return both;
  }

  /** All of them as one condition, between two pieces of SQL without values. */
  wrap(before: string, after: string): Conditions {
    return new Conditions().add(
      `${before}${this.sql}${after}`,
      ...this.#bindings,
    );
  }

  /** All of them as SQL. */
  get sql(): string {
    return this.#conditions.join(' and ') || 'true';
  }

  get bindings(): readonly Binding[] {
    return this.#bindings;
  }
}
