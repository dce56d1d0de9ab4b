import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Workspaces } from './Workspaces';

describe('Workspaces', () => {
  let outer: string;
  let root: string;

  beforeEach(() => {
    outer = mkdtempSync(join(tmpdir(), 'devart-workspaces-'));
    root = join(outer, 'work');
  });

  afterEach(() => rmSync(outer, { recursive: true }));

  it('gives a folder for itself that is gone afterwards, also after a failure', async () => {
    const workspaces = await Workspaces.create(root);
    const folder = await workspaces.use(async path => {
      expect(statSync(path).mode & 0o777).toBe(0o700);
      writeFileSync(join(path, 'file'), '');
      return path;
    });
    expect(existsSync(folder)).toBe(false);
    await expect(
      workspaces.use(async () => {
        throw new Error('no');
      }),
    ).rejects.toThrow('no');
    expect(readdirSync(root)).toEqual([]);
  });

  it('removes what dead processes left, and nothing else', async () => {
    const { pid: dead } = spawnSync('true');
    mkdirSync(join(root, `task-${dead}-abc`, 'deep'), { recursive: true });
    mkdirSync(join(root, `task-${process.pid}-def`));
    mkdirSync(join(root, 'something'));
    await Workspaces.create(root);
    expect(readdirSync(root).sort()).toEqual([
      'something',
      `task-${process.pid}-def`,
    ]);
  });

  it('works in no folder that it cannot trust', async () => {
    mkdirSync(join(outer, 'elsewhere'));
    symlinkSync(join(outer, 'elsewhere'), root);
    await expect(Workspaces.create(root)).rejects.toThrow('must be a folder');
  });
});
