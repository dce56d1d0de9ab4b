import { isAbsolute } from 'node:path';
import { AllowedRepositories } from './checkout/AllowedRepositories';
import type { PipelineSettings } from './PipelineContext';

const VARIABLE = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** The agent's own settings are nobody else's. */
function mayBePassedOn(name: string): boolean {
  return VARIABLE.test(name) && !name.startsWith('DEVART_');
}

/**
 * Reads what the agent `pipeline` may run and where it deploys to.
 *
 * @throws Error naming the variable and what is accepted
 */
export function readPipelineSettings(
  environment: Record<string, string | undefined>,
): PipelineSettings {
  const deployFolder = environment.DEVART_AGENTS_DEPLOY_DIR || undefined;
  if (deployFolder && !isAbsolute(deployFolder)) {
    throw new Error(
      `DEVART_AGENTS_DEPLOY_DIR must be an absolute folder; it is '${deployFolder}'`,
    );
  }
  const passOn = (environment.DEVART_AGENTS_RUN_ENVIRONMENT ?? '')
    .split(',')
    .map(name => name.trim())
    .filter(Boolean);
  const wrong = passOn.find(name => !mayBePassedOn(name));
  if (wrong !== undefined) {
    throw new Error(
      `DEVART_AGENTS_RUN_ENVIRONMENT must list names of variables that do not start with DEVART_, separated by commas; it holds '${wrong}'`,
    );
  }
  return {
    repositories: AllowedRepositories.parse(
      environment.DEVART_AGENTS_RUN_REPOSITORIES ?? '',
    ),
    deployFolder,
    passOn,
  };
}
