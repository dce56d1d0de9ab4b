import { readdir } from 'node:fs/promises';
import { PermanentError } from '@devart/agent-sdk';
import type { Goal, ProjectFiles } from './BuildSystem';
import { buildSystems } from './buildSystems';
import { readProjectFile } from './readProjectFile';
import { SETTINGS_FILE, type ProjectSettings } from './ProjectSettings';

/** How a goal is reached. */
export interface Plan {
  /** The build system, `devart.yaml`, or `task`. */
  system: string;
  commands: string[];
}

/**
 * Finds out how to build or test a project: from the task, else from the
 * project's `devart.yaml`, else from the first build system that is recognised.
 * Undefined when nothing says how.
 */
export async function planGoal(options: {
  goal: Goal;
  project: string;
  settings: ProjectSettings;
  /** Commands that the task names. */
  commands?: string[];
}): Promise<Plan | undefined> {
  const { goal, project, settings, commands } = options;
  if (commands) {
    return { system: 'task', commands };
  }
  const written = settings[goal];
  if (written) {
    return { system: SETTINGS_FILE, commands: written };
  }
  const names = new Set(await readdir(project));
  const files: ProjectFiles = {
    has: name => names.has(name),
    read: name => readProjectFile(project, name),
  };
  for (const system of buildSystems.filter(({ file }) => names.has(file))) {
    const found = await system.commands(goal, files);
    if (found) {
      return { system: system.name, commands: found };
    }
  }
  return undefined;
}

/** Why there is no plan. */
export function nothingSaysHow(goal: Goal): PermanentError {
  const known = [...new Set(buildSystems.map(({ file }) => file))].join(', ');
  return new PermanentError(
    `Nothing says how to ${goal} this project: neither the task nor ${SETTINGS_FILE} names commands, and none of ${known} has a way to ${goal}`,
  );
}
