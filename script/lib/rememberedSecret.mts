import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';

/** A random secret that is made once and then read from its file, which only its owner may read. */
export function rememberedSecret(file: string, prefix: string): string {
  if (!fs.existsSync(file)) {
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(
      file,
      `${prefix}${randomBytes(32).toString('base64url')}`,
      {
        mode: 0o600,
      },
    );
  }
  return fs.readFileSync(file, 'utf8').trim();
}
