import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { root } from './paths.mts';

/** Runs a program of a dependency, in the root unless told otherwise; says whether it succeeded. */
export async function runTool(
  bin: string,
  args: string[],
  options: {
    cwd?: string;
    env?: Record<string, string>;
    quiet?: boolean;
    /** Lets others go first. */
    lowPriority?: boolean;
  } = {},
): Promise<{ ok: boolean; output: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [binary(bin), ...args], {
      cwd: options.cwd ?? root,
      env: { ...process.env, ...options.env },
      stdio: options.quiet
        ? ['ignore', 'pipe', 'pipe']
        : ['ignore', 'inherit', 'inherit'],
    });
    if (options.lowPriority && child.pid !== undefined) {
      os.setPriority(child.pid, os.constants.priority.PRIORITY_BELOW_NORMAL);
    }
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', chunk => {
        output += chunk;
      });
    }
    child.once('error', reject);
    child.once('close', code => resolve({ ok: code === 0, output }));
  });
}

/** Finds `package/path/in/package`, wherever the package was installed. */
function binary(bin: string): string {
  const [first, second, ...rest] = bin.split('/');
  const [name, inside] = first.startsWith('@')
    ? [`${first}/${second}`, rest]
    : [first, [second, ...rest]];
  const manifest = createRequire(path.join(root, 'package.json')).resolve(
    `${name}/package.json`,
  );
  return path.join(path.dirname(manifest), ...inside);
}
