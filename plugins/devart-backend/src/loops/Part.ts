import type { Loop } from './Loop';

/**
 * What a domain has running as long as the control plane does. Nothing of it is
 * required: some domains only answer.
 */
export interface Part {
  /** Loops without which the control plane cannot work: it is not ready while one of them stands still. */
  readonly vital?: readonly Loop[];
  /** Loops that may stand still for a while. */
  readonly background?: readonly Loop[];

  /** Opens what stays open. Comes before the loops start, from the ground up. */
  start?(): Promise<void>;

  /** What keeps it from working besides its loops, a sentence each. */
  problems?(): string[];

  /** Ends calls that wait. Comes before the loops stop, everywhere at once. */
  drain?(): Promise<void>;

  /** Closes what was open and writes what is to be written. Comes after the loops have stopped, from the top down. */
  stop?(): Promise<void>;
}
