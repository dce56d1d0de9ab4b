import path from 'node:path';
import { root } from './paths.mts';
import { findFreePort } from './ports.mts';
import { ServiceProcess } from './ServiceProcess.mts';
import { SetupError } from './SetupError.mts';

/** The stand-in for GitHub in a process of its own, for tests of the whole portal. */
export class StandInGithubProcess {
  /** @param folder - for its log, and for the configuration of a portal that uses it */
  static async start(folder: string): Promise<StandInGithubProcess> {
    const control = await findFreePort();
    const controlUrl = `http://127.0.0.1:${control}`;
    const configFile = path.join(folder, 'github.yaml');
    const service = ServiceProcess.start(
      {
        name: 'github',
        command: [
          process.execPath,
          '--require',
          path.join(
            root,
            'node_modules/@backstage/cli/config/nodeTransform.cjs',
          ),
          path.join(root, 'packages/stand-in-github/src/main.ts'),
          ...['--control', String(control), '--config', configFile],
        ],
        cwd: root,
        ready: { url: `${controlUrl}/violations` },
      },
      { logFolder: folder },
    );
    if (!(await service.ready(60_000))) {
      await service.stop();
      throw new SetupError(
        `The stand-in for GitHub did not start:\n${service.lastOutput}`,
      );
    }
    return new StandInGithubProcess(service, { controlUrl, configFile });
  }

  /** Where tests tell it what to do. */
  readonly controlUrl: string;
  readonly configFile: string;
  readonly #service: ServiceProcess;

  private constructor(
    service: ServiceProcess,
    options: { controlUrl: string; configFile: string },
  ) {
    this.#service = service;
    this.controlUrl = options.controlUrl;
    this.configFile = options.configFile;
  }

  async stop(): Promise<void> {
    await this.#service.stop();
  }
}
