import { execFileSync } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import type { Run } from '@devart/plugin-devart-common';
import { eventually } from '../../__testUtils__/eventually';
import { RunParty } from '../../__testUtils__/RunParty';
import { ShippedAgent } from '../../__testUtils__/ShippedAgent';
import { TestControlPlane } from '../../__testUtils__/TestControlPlane';

jest.setTimeout(300_000);

const ROOT = resolve(__dirname, '../../../../..');
const SERVICE = 'examples/services/hello-service';
const ENDS_WITHIN_MS = 180_000;

/** The workflows that ship, done by the agents that ship, on the service that ships. */
describe('the workflows that ship', () => {
  let folder: string;
  let repository: string;
  let plane: TestControlPlane;
  let party: RunParty;
  const agents: ShippedAgent[] = [];

  const git = (...args: string[]) =>
    execFileSync('git', args, {
      cwd: repository,
      encoding: 'utf8',
      env: {
        PATH: process.env.PATH,
        HOME: folder,
        GIT_AUTHOR_NAME: 'Ada',
        GIT_AUTHOR_EMAIL: 'ada@example.com',
        GIT_COMMITTER_NAME: 'Ada',
        GIT_COMMITTER_EMAIL: 'ada@example.com',
      },
    }).trim();

  const commit = (message: string) => {
    git('add', '--all');
    git('commit', '--quiet', '--message', message);
    return git('rev-parse', 'HEAD');
  };

  const start = async (
    name: string,
    parameters: Record<string, unknown>,
  ): Promise<Run> => {
    const source = readFileSync(
      join(ROOT, 'examples/workflows', `${name}.yaml`),
      'utf8',
    );
    const sam = plane.as('supervisor');
    const { id } = await sam.workflows.publish({ source });
    return sam.workflows.trigger({ id, parameters });
  };

  /** Waits until somebody is asked, and says yes. */
  const approve = async (runId: string) => {
    const ada = plane.as('admin');
    const approval = await eventually(async () => {
      const { items } = await ada.approvals.list({ runId });
      expect(items).toHaveLength(1);
      return items[0];
    }, ENDS_WITHIN_MS);
    // Whoever started the run cannot approve it.
    await expect(
      plane
        .as('supervisor')
        .approvals.decide({ id: approval.id, decision: 'approve' }),
    ).rejects.toMatchObject({ statusCode: 403 });
    await ada.approvals.decide({ id: approval.id, decision: 'approve' });
  };

  const current = () =>
    basename(readlinkSync(join(folder, 'deployed/hello-service/current')));

  const stateOf = (run: Run) =>
    Object.fromEntries(
      run.stepRuns.map(({ step, status, error }) => [
        step,
        error ? `${status}: ${error}` : status,
      ]),
    );

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'devart-shipped-'));
    repository = join(folder, 'repository');
    mkdirSync(repository);
    git('init', '--quiet', '--initial-branch=main');
    cpSync(join(ROOT, SERVICE), join(repository, SERVICE), {
      recursive: true,
    });
    commit('Add the service');

    plane = await TestControlPlane.start({
      config: { reviews: { localFolders: [repository] } },
    });
    party = new RunParty(plane);
    const environment = { DEVART_WORK_FOLDER: join(folder, 'work') };
    agents.push(
      await ShippedAgent.start(plane, {
        name: 'pipeline',
        capabilities: ['build', 'test', 'deploy', 'observe', 'decide'],
        environment: {
          ...environment,
          DEVART_AGENTS_RUN_REPOSITORIES: repository,
          DEVART_AGENTS_DEPLOY_DIR: join(folder, 'deployed'),
        },
      }),
      await ShippedAgent.start(plane, {
        name: 'code-review',
        capabilities: ['code-review'],
        environment,
      }),
    );
  });

  afterAll(async () => {
    await Promise.all(agents.map(agent => agent.stop()));
    await plane?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it('build, test and review', async () => {
    const { id } = await start('build-test-review', { repository: '.' });
    const run = await party.ended(id, ENDS_WITHIN_MS);
    expect(stateOf(run)).toEqual({
      build: 'succeeded',
      test: 'succeeded',
      request: 'succeeded',
      reviewed: 'succeeded',
      review: 'succeeded',
    });
    expect(run).toMatchObject({
      status: 'succeeded',
      outputs: {
        revision: git('rev-parse', 'HEAD'),
        tests: { total: 6, passed: 6, failed: 0 },
        review: { conclusion: expect.any(String) },
      },
    });
  });

  it('release what is approved, and take back what does not hold', async () => {
    const good = git('rev-parse', 'HEAD');
    const parameters = {
      repository: '.',
      target: 'hello-service',
      verifySeconds: 1,
    };
    const first = await start('release-with-approval', parameters);
    await approve(first.id);
    const released = await party.ended(first.id, ENDS_WITHIN_MS);
    expect(stateOf(released)).toEqual({
      test: 'succeeded',
      approve: 'succeeded',
      deploy: 'succeeded',
      observe: 'succeeded',
      verify: 'succeeded',
    });
    expect(released).toMatchObject({
      status: 'succeeded',
      outputs: { release: good },
    });
    expect(current()).toBe(good);

    // Says that it is healthy, and fails everybody who asks for more.
    const server = join(repository, SERVICE, 'src/createServer.js');
    writeFileSync(
      server,
      readFileSync(server, 'utf8').replace(
        'answer(200, { greeting',
        'answer(process.env.PORT ? 500 : 200, { greeting',
      ),
    );
    const bad = commit('Fail in production only');
    const second = await start('release-with-approval', parameters);
    await approve(second.id);
    const failed = await party.ended(second.id, ENDS_WITHIN_MS);
    expect(stateOf(failed)).toEqual({
      test: 'succeeded',
      approve: 'succeeded',
      deploy: 'succeeded',
      observe: 'succeeded',
      verify: expect.stringMatching(/^failed: .*does not hold: .*requests/),
      'deploy.compensate': 'succeeded',
    });
    expect(failed.status).toBe('failed');
    const deployed = failed.stepRuns.find(({ step }) => step === 'deploy');
    expect(deployed?.outputs).toMatchObject({
      release: bad,
      previousRelease: good,
      healthy: true,
    });
    expect(current()).toBe(good);
  });

  it('observe, decide and act', async () => {
    const good = current();
    const fine = await start('observe-decide-act', {
      target: 'hello-service',
      seconds: 1,
    });
    const nothing = await party.ended(fine.id, ENDS_WITHIN_MS);
    expect(nothing).toMatchObject({
      status: 'succeeded',
      outputs: { decision: { action: 'none' }, acted: 'skipped' },
    });

    // Nobody measured when this was deployed.
    const { id } = await plane.as('supervisor').tasks.create({
      title: 'Deploy what fails',
      capabilities: ['deploy'],
      input: { repository: '.', path: SERVICE },
    });
    await eventually(async () => {
      const { status } = await plane.as('viewer').tasks.get({ id });
      expect(status).toBe('succeeded');
    }, ENDS_WITHIN_MS);
    expect(current()).not.toBe(good);

    const broken = await start('observe-decide-act', {
      target: 'hello-service',
      seconds: 1,
    });
    const mended = await party.ended(broken.id, ENDS_WITHIN_MS);
    expect(stateOf(mended)).toMatchObject({
      decide: 'succeeded',
      approve: 'skipped',
      act: 'succeeded',
      verify: 'succeeded',
    });
    expect(mended).toMatchObject({
      status: 'succeeded',
      outputs: { decision: { action: 'rollback' }, verified: 'succeeded' },
    });
    expect(current()).toBe(good);
  });
});
