import {
  createCipheriv,
  createDecipheriv,
  hkdfSync,
  randomBytes,
} from 'node:crypto';
import { ConflictError } from '@backstage/errors';

const ALGORITHM = 'aes-256-gcm';
const IV_BYTES = 12;
const TAG_BYTES = 16;

/**
 * Keeps secrets that have to be used again, encrypted with a key that the
 * configuration holds and the database does not. The first of several keys
 * seals, all of them open, so that keys can be changed one after another.
 */
export class SecretBox {
  readonly #keys: readonly Buffer[];

  /** @param secrets - what the keys are derived from; each with as much entropy as a key */
  constructor(secrets: readonly string[]) {
    this.#keys = secrets.map(secret =>
      Buffer.from(hkdfSync('sha256', secret, '', 'devart webhook secrets', 32)),
    );
  }

  /**
   * Encrypts a secret for one purpose: it opens under the same name only.
   *
   * @throws ConflictError when no key is configured.
   */
  seal(secret: string, name: string): Buffer {
    const [key] = this.#keys;
    if (!key) {
      throw new ConflictError(
        'Secrets cannot be kept: set devart.secretKey, or backend.auth.keys, in the configuration',
      );
    }
    const iv = randomBytes(IV_BYTES);
    const cipher = createCipheriv(ALGORITHM, key, iv).setAAD(Buffer.from(name));
    const sealed = Buffer.concat([cipher.update(secret), cipher.final()]);
    return Buffer.concat([iv, cipher.getAuthTag(), sealed]);
  }

  /** Decrypts what {@link SecretBox.seal} answered; undefined when none of the keys fits. */
  open(sealed: Buffer, name: string): string | undefined {
    for (const key of this.#keys) {
      try {
        const decipher = createDecipheriv(
          ALGORITHM,
          key,
          sealed.subarray(0, IV_BYTES),
        )
          .setAAD(Buffer.from(name))
          .setAuthTag(sealed.subarray(IV_BYTES, IV_BYTES + TAG_BYTES));
        return Buffer.concat([
          decipher.update(sealed.subarray(IV_BYTES + TAG_BYTES)),
          decipher.final(),
        ]).toString();
      } catch {
        // Another of the keys may fit.
      }
    }
    return undefined;
  }
}
