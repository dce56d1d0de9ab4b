import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

/** A Git repository in a folder of its own. */
export class TestRepository {
  readonly folder = fs.mkdtempSync(path.join(os.tmpdir(), 'devart-e2e-'));

  constructor() {
    this.git('init', '--quiet', '--initial-branch', 'main');
  }

  git(...args: string[]): string {
    return execFileSync(
      'git',
      [
        ...['-c', 'user.name=Test', '-c', 'user.email=test@example.com'],
        ...['-c', 'commit.gpgsign=false', ...args],
      ],
      { cwd: this.folder, encoding: 'utf8' },
    ).trim();
  }

  /** Writes files and commits them; answers the id of the commit. */
  commit(message: string, files: Record<string, string>): string {
    for (const [name, content] of Object.entries(files)) {
      const file = path.join(this.folder, name);
      fs.mkdirSync(path.dirname(file), { recursive: true });
      fs.writeFileSync(file, content);
    }
    this.git('add', '--all');
    this.git('commit', '--quiet', '--message', message);
    return this.git('rev-parse', 'HEAD');
  }

  remove(): void {
    fs.rmSync(this.folder, { recursive: true });
  }
}
