const MASK = '********';

/** Shorter than this, a text is no secret, and masking it would garble everything. */
const MIN_CHARACTERS = 6;

/** Masks texts that must not leave the agent. */
export class Redactor {
  readonly #secrets: string[];

  /** @param secrets - each is masked as a whole, and each line of it by itself */
  constructor(secrets: Iterable<string>) {
    const parts = new Set<string>();
    for (const secret of secrets) {
      for (const part of [secret, ...secret.split(/\r?\n/)]) {
        if (part.trim().length >= MIN_CHARACTERS) {
          parts.add(part.trim());
        }
      }
    }
    // The longest first, so that a part does not spoil the whole.
    this.#secrets = [...parts].sort((a, b) => b.length - a.length);
  }

  mask(text: string): string {
    return this.#secrets.reduce(
      (masked, secret) => masked.replaceAll(secret, MASK),
      text,
    );
  }

  holdsSecret(text: string): boolean {
    return this.#secrets.some(secret => text.includes(secret));
  }
}
