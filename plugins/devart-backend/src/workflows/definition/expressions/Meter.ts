import { ExpressionError } from './ExpressionError';

/**
 * The work that one evaluation may do. One unit is a step of the evaluation or
 * one value made; texts cost one more for every 32 characters. All of it takes
 * some tens of milliseconds.
 */
const WORK_LIMIT = 200_000;

const CHARACTERS_PER_UNIT = 32;

/** How deep values made by an expression may nest. */
const MAX_DEPTH = 64;

/**
 * Counts what an evaluation does, as the cost limits of other implementations
 * of CEL do, so that the same expression on the same values always ends the
 * same way, however fast the machine. Lists and maps are charged by all they
 * hold, even where they hold one thing many times: a few nested `map` would
 * otherwise make a value that takes for ever to compare or print.
 */
export class Meter {
  #left = WORK_LIMIT;
  /** One for all: loops that pass over errors would make one after the other. */
  #error: ExpressionError | undefined;
  readonly #sizes = new WeakMap<object, number>();

  get exhausted(): boolean {
    return this.#left < 0;
  }

  /** @throws ExpressionError once the work exceeds its limit. */
  charge(units: number): void {
    this.#left -= units;
    if (this.exhausted) {
      throw this.#tooMuch();
    }
  }

  /** Charges a value that an expression made or came upon; one it knows costs a unit. */
  chargeValue(value: unknown): void {
    if (typeof value === 'object' && value !== null) {
      this.charge(this.#sizes.has(value) ? 1 : this.sizeOf(value));
    } else {
      this.charge(this.sizeOf(value));
    }
  }

  /** Charges a value as a whole: whoever gets it may look at every part. */
  chargeWhole(value: unknown): void {
    this.charge(this.sizeOf(value));
  }

  /** Charges a list that grew since it was last seen. */
  chargeGrown(value: unknown): void {
    if (typeof value === 'object' && value !== null) {
      this.#sizes.delete(value);
    }
    this.chargeWhole(value);
  }

  sizeOf(value: unknown, depth = 0): number {
    if (typeof value === 'string' || value instanceof Uint8Array) {
      return 1 + Math.floor(value.length / CHARACTERS_PER_UNIT);
    }
    if (typeof value !== 'object' || value === null) {
      return 1;
    }
    const known = this.#sizes.get(value);
    if (known !== undefined) {
      return known;
    }
    if (depth > MAX_DEPTH) {
      throw new ExpressionError(
        `makes a value that nests deeper than ${MAX_DEPTH} levels`,
      );
    }
    const size = this.#measure(value, depth);
    this.#sizes.set(value, size);
    return size;
  }

  #measure(value: object, depth: number): number {
    let size = 1;
    for (const part of partsOf(value)) {
      size += this.sizeOf(part, depth + 1);
      if (size > WORK_LIMIT) {
        this.#left = -1;
        throw this.#tooMuch();
      }
    }
    return size;
  }

  #tooMuch(): ExpressionError {
    this.#error ??= new ExpressionError(
      'takes too much work; an expression must be small, leave larger work to a task',
    );
    return this.#error;
  }
}

function* partsOf(value: object): Iterable<unknown> {
  if (Array.isArray(value)) {
    yield* value;
  } else if (value instanceof Map) {
    for (const [key, item] of value) {
      yield key;
      yield item;
    }
  } else if (Object.getPrototypeOf(value) === Object.prototype) {
    for (const [key, item] of Object.entries(value)) {
      yield key;
      yield item;
    }
  }
}
