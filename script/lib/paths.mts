import path from 'node:path';

/** The folder of the repository. */
export const root = path.resolve(import.meta.dirname, '../..');

/** Everything that the scripts keep: tools, databases, logs. Never committed. */
export const local = path.join(root, '.local');
