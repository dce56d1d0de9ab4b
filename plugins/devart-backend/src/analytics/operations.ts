import { requireMember } from '../access/Caller';
import { decodeIdCursor } from '../database/Cursor';
import type { Handlers } from '../operations/Handlers';
import type { CostsService } from './CostsService';
import type { EstimatesService } from './EstimatesService';
import type { FlagsService } from './FlagsService';
import type { PerformanceService } from './PerformanceService';

/** Handlers of operations on what things cost and how well they went. */
export function createAnalyticsHandlers(options: {
  costs: CostsService;
  performance: PerformanceService;
  flags: FlagsService;
  estimates: EstimatesService;
}): Handlers<'analytics'> {
  const { costs, performance, flags, estimates } = options;
  return {
    taskCosts: async (input, { caller }) =>
      costs.taskCosts(requireMember(caller), input),
    serviceUsage: async (input, { caller }) =>
      costs.serviceUsage(requireMember(caller), input),
    performance: async (input, { caller }) =>
      performance.performance(requireMember(caller), input),
    flagCostlyTasks: async (_input, { caller }) =>
      flags.flagCostlyTasks(requireMember(caller)),
    flags: async ({ cursor, ...filter }, { caller }) =>
      flags.list(requireMember(caller), {
        ...filter,
        beforeId: decodeIdCursor(cursor),
      }),
    reviewFlag: async ({ taskId, ...review }, { caller }) =>
      flags.review(requireMember(caller), taskId, review),
    settings: async (_input, { caller }) =>
      flags.settings(requireMember(caller)),
    updateSettings: async (change, { caller }) =>
      flags.updateSettings(requireMember(caller), change),
    estimate: async (input, { caller }) =>
      estimates.estimate(requireMember(caller), input),
    calibration: async (input, { caller }) =>
      estimates.calibration(requireMember(caller), input),
  };
}
