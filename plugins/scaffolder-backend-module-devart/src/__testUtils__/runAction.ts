import { mockServices } from '@backstage/backend-test-utils';
import type {
  ActionContext,
  TemplateAction,
} from '@backstage/plugin-scaffolder-node';
import { createMockActionContext } from '@backstage/plugin-scaffolder-node-test-utils';
import type { JsonObject, JsonValue } from '@backstage/types';
import type { ControlPlaneServices } from '../controlPlane/ControlPlaneServices';

/** What the scaffolder keeps of a task beyond a crash. */
export type Checkpoints = Map<string, JsonValue | void>;

/** The services of a backend whose control plane is at `url`. */
export function servicesFor(
  url: string,
  config: JsonObject = {},
): ControlPlaneServices {
  const discovery = mockServices.discovery.mock();
  discovery.getBaseUrl.mockResolvedValue(url);
  return {
    auth: mockServices.auth(),
    config: mockServices.rootConfig({
      data: { app: { baseUrl: 'http://portal.example/' }, ...config },
    }),
    discovery,
  };
}

/** Runs an action as the scaffolder does; answers what it put out and logged. */
export async function runAction(
  action: TemplateAction<any, any, any>,
  options: {
    input: JsonObject;
    checkpoints?: Checkpoints;
    signal?: AbortSignal;
    isDryRun?: boolean;
    onLog?: (line: string) => void;
  },
) {
  const { checkpoints = new Map(), onLog = () => {}, ...rest } = options;
  const output: Record<string, any> = {};
  const log: string[] = [];
  const logger = mockServices.logger.mock();
  for (const level of ['info', 'warn', 'error', 'debug'] as const) {
    logger[level].mockImplementation(message => {
      log.push(String(message));
      onLog(String(message));
    });
  }
  const context: ActionContext<any, any> = {
    ...createMockActionContext({ input: rest.input }),
    ...rest,
    logger,
    output: (name, value) => {
      output[String(name)] = value;
    },
    async checkpoint({ key, fn }) {
      if (!checkpoints.has(key)) {
        checkpoints.set(key, await fn());
      }
      return checkpoints.get(key) as any;
    },
  };
  let error: Error | undefined;
  try {
    await action.handler(context);
  } catch (thrown) {
    error = thrown as Error;
  }
  return { output, log, error };
}
