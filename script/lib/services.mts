import path from 'node:path';
import { root } from './paths.mts';
import { rememberedSecret } from './rememberedSecret.mts';
import { type ServiceDefinition } from './ServiceProcess.mts';

export interface PortalPorts {
  app: number;
  backend: number;
}

/**
 * Everything that runs beside PostgreSQL. A further process - an agent, say -
 * is one more entry here.
 */
export function portalServices(options: {
  ports: PortalPorts;
  env: Record<string, string>;
  /** Where services may keep files. */
  folder: string;
  /** Files of configuration on top of the usual ones. */
  configs: readonly string[];
  /** With account and password, where there is a broker. */
  rabbitmqUrl?: string;
}): ServiceDefinition[] {
  const { ports, env, folder, configs, rabbitmqUrl } = options;
  const agentEnv = {
    DEVART_URL: `http://127.0.0.1:${ports.backend}/api/devart`,
    DEVART_WORK_FOLDER: path.join(folder, 'agents'),
    DEVART_CONCURRENCY: '2',
    ...(rabbitmqUrl && { DEVART_RABBITMQ_URL: rabbitmqUrl }),
  };
  const usual = path.join(root, 'app-config.yaml');
  // Naming one file means naming all.
  const configArguments =
    configs.length > 0
      ? [usual, ...configs].flatMap(file => ['--config', file])
      : [];
  const reviewKey = rememberedSecret(
    path.join(folder, 'keys', 'code-review'),
    'dvk_',
  );
  const pipelineKey = rememberedSecret(
    path.join(folder, 'keys', 'pipeline'),
    'dvk_',
  );
  const agents = path.join(root, 'packages/agents/bin/devart-agents');
  const pidFile = path.join(folder, 'backend.pid');
  const cli = path.join(root, 'node_modules/@backstage/cli/bin/backstage-cli');

  return [
    {
      name: 'backend',
      command: [
        process.execPath,
        cli,
        ...['package', 'start', '--require'],
        path.join(root, 'script/lib/exitWithBackend.cjs'),
        ...configArguments,
      ],
      cwd: path.join(root, 'packages/backend'),
      env: {
        ...env,
        DEVART_CODE_REVIEW_KEY: reviewKey,
        DEVART_PIPELINE_KEY: pipelineKey,
        DEVART_BACKEND_PID_FILE: pidFile,
        // The key `devart.rabbitmq.url` of the configuration.
        ...(rabbitmqUrl && { APP_CONFIG_devart_rabbitmq_url: rabbitmqUrl }),
      },
      pidFile,
      // Not before the catalog knows the guests can anybody sign in.
      ready: {
        url: `http://127.0.0.1:${ports.backend}/api/auth/guests/refresh`,
        headers: { 'x-devart-guest': 'user:default/ada' },
      },
    },
    {
      name: 'app',
      command: [process.execPath, cli, 'package', 'start'],
      cwd: path.join(root, 'packages/app'),
      env,
      ready: { url: `http://127.0.0.1:${ports.app}/` },
    },
    {
      name: 'code-review',
      command: [process.execPath, agents, 'code-review'],
      cwd: root,
      env: {
        ...agentEnv,
        DEVART_AGENT_KEY: reviewKey,
      },
    },
    {
      name: 'pipeline',
      command: [process.execPath, agents, 'pipeline'],
      cwd: root,
      env: {
        ...agentEnv,
        DEVART_AGENT_KEY: pipelineKey,
        // It runs the code of this repository, and of no other.
        DEVART_AGENTS_RUN_REPOSITORIES: root,
        DEVART_AGENTS_DEPLOY_DIR: path.join(folder, 'deployed'),
      },
    },
  ];
}
